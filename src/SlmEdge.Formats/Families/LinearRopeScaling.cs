using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>All rotations slowed alike: position interpolation (Chen et al. 2023, arXiv 2306.15595).</summary>
/// <param name="Factor">How much longer the context has become.</param>
public sealed record LinearRopeScaling(double Factor) : RopeScaling
{
    /// <inheritdoc/>
    public override string Type => "linear";

    /// <inheritdoc/>
    public override double[] Stretch(double[] frequencies, double theta, bool isLong)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        return [.. frequencies.Select(frequency => frequency / Factor)];
    }

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("factor", Factor);
        json.WriteString("rope_type", Type);
    }

    internal override void WriteGguf(GgufHyperparameters keys)
    {
        keys.Set("rope.scaling.type", Type);
        keys.Set("rope.scaling.factor", (float)Factor);
    }
}
