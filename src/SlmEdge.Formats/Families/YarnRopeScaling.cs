using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// YaRN (Peng et al. 2023, arXiv 2309.00071): pairs that turn more than <see cref="BetaFast"/> times within the original context stay, those that turn less than
/// <see cref="BetaSlow"/> times are slowed by <paramref name="Factor"/>, those between are blended; the scores are sharpened by <see cref="Magnitude"/>.
/// </summary>
/// <param name="Factor">How much longer the context has become.</param>
/// <param name="OriginalContext">Context before stretching, in tokens.</param>
public sealed record YarnRopeScaling(double Factor, int OriginalContext) : RopeScaling
{
    /// <inheritdoc/>
    public override string Type => "yarn";

    /// <summary>Turns within the original context above which a pair stays as it is; null for the paper's 32.</summary>
    public double? BetaFast { get; init; }

    /// <summary>Turns within the original context below which a pair is slowed wholly; null for the paper's 1.</summary>
    public double? BetaSlow { get; init; }

    /// <summary>Stated factor on cosine and sine, or null for the paper's.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>Numerator's weight of the logarithm in the magnitude, where the configuration states both.</summary>
    public double? Mscale { get; init; }

    /// <summary>Denominator's weight of the logarithm in the magnitude, where the configuration states both.</summary>
    public double? MscaleAllDim { get; init; }

    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor
        ?? (Mscale is { } above and not 0 && MscaleAllDim is { } below and not 0 ? MagnitudeOf(above) / MagnitudeOf(below) : MagnitudeOf(1));

    /// <inheritdoc/>
    public override double[] Stretch(double[] frequencies, double theta, bool isLong)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        double dimensions = 2 * frequencies.Length;
        double low = Math.Max(0, Math.Floor(PairOf(BetaFast ?? 32)));
        double high = Math.Min(dimensions - 1, Math.Ceiling(PairOf(BetaSlow ?? 1)));
        return [.. frequencies.Select((frequency, pair) =>
        {
            double slowed = Math.Clamp((pair - low) / Math.Max(0.001, high - low), 0, 1);
            return frequency * ((slowed / Factor) + 1 - slowed);
        })];

        // The pair, as a fraction, that turns so often within the original context.
        double PairOf(double turns) => dimensions * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        JsonText.WriteNumber(json, "attention_factor", AttentionFactor);
        JsonText.WriteNumber(json, "beta_fast", BetaFast);
        JsonText.WriteNumber(json, "beta_slow", BetaSlow);
        json.WriteNumber("factor", Factor);
        JsonText.WriteNumber(json, "llama_4_scaling_beta", config.QueryTemperature);
        JsonText.WriteNumber(json, "mscale", Mscale);
        JsonText.WriteNumber(json, "mscale_all_dim", MscaleAllDim);
        json.WriteNumber("original_max_position_embeddings", OriginalContext);
        json.WriteString("rope_type", Type);
    }

    internal override void WriteGguf(GgufHyperparameters keys)
    {
        keys.Set("rope.scaling.type", Type);
        keys.Set("rope.scaling.factor", (float)Factor);
        keys.Set("rope.scaling.original_context_length", (uint)OriginalContext);
        if (BetaFast is { } fast)
        {
            keys.Set("rope.scaling.yarn_beta_fast", (float)fast);
        }

        if (BetaSlow is { } slow)
        {
            keys.Set("rope.scaling.yarn_beta_slow", (float)slow);
        }

        if (AttentionFactor is { } stated)
        {
            keys.Set("rope.scaling.yarn_attn_factor", (float)stated);
        }

        // llama.cpp puts its own magnitude in the place of yarn_attn_factor, but multiplies with this one.
        double correction = Magnitude / keys.Family.YarnMagnitude(this);
        if (Math.Abs(correction - 1) > 1e-9)
        {
            keys.Set("rope.scaling.attn_factor", (float)correction);
        }
    }

    /// <summary>The paper's magnitude with another weight of the logarithm.</summary>
    internal double MagnitudeOf(double weight) => Factor <= 1 ? 1 : (0.1 * weight * Math.Log(Factor)) + 1;
}
