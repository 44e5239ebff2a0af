using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// How Llama 3.1 and later stretch their rotary positions: slow rotations are slowed by <paramref name="Factor"/>, fast ones stay, those between are blended
/// (<c>rope_type</c> <c>llama3</c> of Hugging Face's configuration; llama.cpp's converter writes the same factors as <c>rope_freqs.weight</c>).
/// </summary>
/// <param name="Factor">How much longer the context has become.</param>
/// <param name="LowFrequencyFactor">Rotations of a wavelength above the original context divided by this are slowed wholly.</param>
/// <param name="HighFrequencyFactor">Rotations of a wavelength below the original context divided by this stay.</param>
/// <param name="OriginalContext">Context before stretching, in tokens.</param>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext) : RopeScaling
{
    /// <inheritdoc/>
    public override string Type => "llama3";

    /// <inheritdoc/>
    public override double[] Stretch(double[] frequencies, double theta, bool isLong)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        return [.. frequencies.Select(frequency => frequency / Divisor(frequency))];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, float[] Values)> GgufTensors(double[] frequencies) =>
        [("rope_freqs.weight", [.. frequencies.Select(frequency => (float)Divisor(frequency))])];

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("factor", Factor);
        json.WriteNumber("high_freq_factor", HighFrequencyFactor);
        json.WriteNumber("low_freq_factor", LowFrequencyFactor);
        json.WriteNumber("original_max_position_embeddings", OriginalContext);
        json.WriteString("rope_type", Type);
    }

    internal override void WriteGguf(GgufHyperparameters keys)
    {
    }

    /// <summary>What the angle per position is divided by.</summary>
    private double Divisor(double frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < OriginalContext / HighFrequencyFactor)
        {
            return 1;
        }

        if (wavelength > OriginalContext / LowFrequencyFactor)
        {
            return Factor;
        }

        double smooth = ((OriginalContext / wavelength) - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return 1 / (((1 - smooth) / Factor) + smooth);
    }
}
