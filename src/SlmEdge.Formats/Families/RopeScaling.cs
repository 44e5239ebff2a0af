using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>How rotary positions are stretched beyond the context that a model was first trained for.</summary>
public abstract record RopeScaling
{
    /// <summary><c>rope_type</c> of Hugging Face's configuration.</summary>
    public abstract string Type { get; }

    /// <summary>Factor on cosine and sine, and so its square on the rotated part of the scores.</summary>
    public virtual double Magnitude => 1;

    /// <summary>Longest sequence that is not stretched, in tokens, where longer ones are computed otherwise than shorter ones; null where all are treated alike.</summary>
    public virtual int? SwitchLength => null;

    /// <summary>The angles per position, stretched.</summary>
    /// <param name="frequencies">Angle per position of each pair, in radians.</param>
    /// <param name="theta">Base that they come from.</param>
    /// <param name="isLong">Whether sequences are longer than <see cref="SwitchLength"/>.</param>
    public abstract double[] Stretch(double[] frequencies, double theta, bool isLong);

    /// <summary>The tensors by which GGUF says the same.</summary>
    /// <param name="frequencies">Angle per position of each pair, in radians, not stretched.</param>
    public virtual IEnumerable<(string Name, float[] Values)> GgufTensors(double[] frequencies) => [];

    /// <summary>Writes the fields of <c>rope_scaling</c>.</summary>
    internal abstract void Write(Utf8JsonWriter json, DecoderConfig config);

    /// <summary>Sets the keys of llama.cpp's converter.</summary>
    internal abstract void WriteGguf(GgufHyperparameters keys);
}
