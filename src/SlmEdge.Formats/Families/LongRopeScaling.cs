using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// LongRoPE (Ding et al. 2024, arXiv 2402.13753): every pair has divisors of its own, found by search, one for sequences within the original context and one for longer ones.
/// Hugging Face decides by the longest sequence of a batch, llama.cpp by the context that it is opened with.
/// </summary>
/// <param name="ShortFactors">Divisors within the original context, one a pair.</param>
/// <param name="LongFactors">Divisors beyond it.</param>
/// <param name="OriginalContext">Context before stretching, in tokens.</param>
/// <param name="AttentionFactor">Factor on cosine and sine, at every length.</param>
public sealed record LongRopeScaling(IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalContext, double AttentionFactor) : RopeScaling
{
    /// <inheritdoc/>
    public override string Type => "longrope";

    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor;

    /// <inheritdoc/>
    public override int? SwitchLength => OriginalContext;

    /// <summary>The factor that the paper proposes for a context <paramref name="stretch"/> times as long.</summary>
    /// <param name="stretch">New context divided by the original one.</param>
    /// <param name="originalContext">The original one, in tokens.</param>
    public static double DefaultAttentionFactor(double stretch, int originalContext) =>
        stretch <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(originalContext)));

    /// <inheritdoc/>
    public override double[] Stretch(double[] frequencies, double theta, bool isLong) =>
        [.. frequencies.Zip(isLong ? LongFactors : ShortFactors, (frequency, factor) => frequency / factor)];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, float[] Values)> GgufTensors(double[] frequencies) =>
    [
        ("rope_factors_long.weight", [.. LongFactors.Select(f => (float)f)]),
        ("rope_factors_short.weight", [.. ShortFactors.Select(f => (float)f)]),
    ];

    /// <inheritdoc/>
    public bool Equals(LongRopeScaling? other) =>
        other is not null && ShortFactors.SequenceEqual(other.ShortFactors) && LongFactors.SequenceEqual(other.LongFactors)
        && OriginalContext == other.OriginalContext && AttentionFactor.Equals(other.AttentionFactor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ShortFactors.Count, LongFactors.Count, OriginalContext, AttentionFactor);

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        if (!AttentionFactor.Equals(DefaultAttentionFactor((double)config.MaxPositionEmbeddings / OriginalContext, OriginalContext)))
        {
            json.WriteNumber("attention_factor", AttentionFactor);
        }

        JsonText.WriteNumbers(json, "long_factor", LongFactors);
        JsonText.WriteNumbers(json, "short_factor", ShortFactors);

        // Phi-3's own code knows the type by its old name.
        json.WriteString("type", Type);
    }

    internal override void WriteGguf(GgufHyperparameters keys) => keys.Set("rope.scaling.attn_factor", (float)AttentionFactor);
}
