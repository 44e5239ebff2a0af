using System.Text.Json;

namespace SlmEdge.Formats.Families;

/// <summary>Positions stretched by divisors that a GGUF file states (<c>rope_freqs.weight</c>) without the rule that they come from.</summary>
/// <param name="Divisors">What the angle per position of each pair is divided by, <c>[rotaryDim / 2]</c>.</param>
public sealed record StatedRopeScaling(IReadOnlyList<float> Divisors) : RopeScaling
{
    /// <summary>The tensor.</summary>
    public const string TensorName = "rope_freqs.weight";

    /// <inheritdoc/>
    public override string Type => "stated";

    /// <inheritdoc/>
    public override double[] Stretch(double[] frequencies, double theta, bool isLong)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        return [.. frequencies.Select((frequency, i) => frequency / Divisors[i])];
    }

    internal override void Write(Utf8JsonWriter json, HuggingFace.DecoderConfig config) =>
        throw new ModelFormatException($"the GGUF file that the model comes from states rotary divisors ({TensorName}), for which config.json has no field", element: "rope_scaling");

    internal override void WriteGguf(GgufHyperparameters keys)
    {
        // The tensor says it all.
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, float[] Values)> GgufTensors(double[] frequencies) => [(TensorName, [.. Divisors])];
}
