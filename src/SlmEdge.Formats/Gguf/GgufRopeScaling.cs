using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>How a GGUF file stretches positions, as llama.cpp v0.5.0 reads it (<c>llama-model.cpp</c>, <c>llama-context.cpp</c>).</summary>
internal static class GgufRopeScaling
{
    private const string ShortFactors = "rope_factors_short.weight";
    private const string LongFactors = "rope_factors_long.weight";
    private const string OriginalContext = "rope.scaling.original_context_length";

    /// <param name="keys">The file's keys and tensors.</param>
    /// <param name="config">The shape, but for the stretching.</param>
    public static RopeScaling? Read(GgufModelKeys keys, DecoderConfig config)
    {
        int pairs = config.RotaryDim / 2;
        string type = keys.Text("rope.scaling.type") ?? "linear";
        double factor = type == "none" ? 1 : keys.Number("rope.scaling.factor") ?? keys.Number("rope.scale_linear") ?? 1;
        factor = factor == 0 ? 1 : factor;
        if (!(factor > 0) || !double.IsFinite(factor))
        {
            throw keys.Wrong("rope.scaling.factor", "must be positive");
        }

        RopeScaling? scaling = type switch
        {
            "yarn" => Yarn(keys, config, factor),
            "longrope" or _ when keys.Has(ShortFactors) || keys.Has(LongFactors) => Searched(keys, config, factor, pairs),
            "none" or "linear" when keys.Divisors(StatedRopeScaling.TensorName, pairs) is { } stated => new StatedRopeScaling([.. stated.Select(d => (float)(d * factor))]),
            "none" or "linear" => factor == 1 ? null : new LinearRopeScaling(factor),
            _ => throw keys.Wrong("rope.scaling.type", $"is '{type}', but the file has no {ShortFactors}"),
        };
        string? kind = scaling is StatedRopeScaling ? "llama3" : scaling?.Type;
        return kind is null || config.Family.RopeTypes.Contains(kind)
            ? scaling
            : throw keys.Wrong("rope.scaling.type", $"positions of the kind '{kind}' are not implemented for this architecture; {string.Join(", ", config.Family.RopeTypes.Prepend("none"))} exist");
    }

    /// <summary>llama.cpp multiplies its own magnitude by <c>attn_factor</c> and pays no heed to <c>yarn_attn_factor</c>; bounds other than the paper's it reads for some architectures only.</summary>
    private static YarnRopeScaling Yarn(GgufModelKeys keys, DecoderConfig config, double factor)
    {
        bool follows = config.Family.FollowsYarnBounds;
        var yarn = new YarnRopeScaling(factor, keys.Integer(OriginalContext) is { } context and > 0 ? context : config.MaxPositionEmbeddings)
        {
            BetaFast = follows ? keys.Positive("rope.scaling.yarn_beta_fast") : null,
            BetaSlow = follows ? keys.Positive("rope.scaling.yarn_beta_slow") : null,
            MscaleAllDim = follows ? keys.Number("rope.scaling.yarn_log_multiplier") : null,
        };
        return yarn with { AttentionFactor = config.Family.YarnMagnitude(yarn) * (keys.Positive("rope.scaling.attn_factor") ?? 1) };
    }

    private static LongRopeScaling Searched(GgufModelKeys keys, DecoderConfig config, double factor, int pairs)
    {
        if (factor != 1)
        {
            throw keys.Wrong("rope.scaling.factor", $"is {factor} beside {ShortFactors}, which says it all");
        }

        double[] Factors(string tensor) =>
            [.. (keys.Divisors(tensor, pairs) ?? throw keys.Wrong("rope.scaling.type", $"needs both {ShortFactors} and {LongFactors}")).Select(d => (double)d)];
        return new LongRopeScaling(
            Factors(ShortFactors), Factors(LongFactors), keys.Integer(OriginalContext) is { } context and > 0 ? context : config.MaxPositionEmbeddings, keys.Positive("rope.scaling.attn_factor") ?? 1);
    }
}
