using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests.Models;

/// <summary>
/// Small models of every family, with all that a family's configuration may switch on: heads tied and not, windows and original contexts that a test's sequence of 80 tokens
/// leaves behind, bounds that bite.
/// </summary>
public static class FamilyCases
{
    private static readonly Dictionary<string, DecoderConfig> Configs = new(StringComparer.Ordinal)
    {
        ["llama, tied"] = Of("llama", tied: true),
        ["llama, llama3 positions"] = Of("llama") with { RopeScaling = new Llama3RopeScaling(8, 1, 4, 32) },
        ["llama, linear positions"] = Of("llama") with { RopeScaling = new LinearRopeScaling(4) },
        ["llama, biases"] = Of("llama") with { AttentionBias = true, FeedForwardBias = true },
        ["mistral, tied"] = Of("mistral", tied: true),
        ["mistral, yarn positions"] = Of("mistral") with { RopeScaling = new YarnRopeScaling(4, 32) },
        ["ministral3"] = Of("ministral3") with { RopeScaling = new YarnRopeScaling(4, 32) { BetaFast = 8, BetaSlow = 0.5, Mscale = 1, MscaleAllDim = 1 }, QueryTemperature = 0.5 },
        ["ministral3, tied, other magnitude"] = Of("ministral3", tied: true) with { RopeScaling = new YarnRopeScaling(4, 32) { MscaleAllDim = 0.7 }, QueryTemperature = 0.1 },
        ["qwen2, tied"] = Of("qwen2", tied: true),
        ["qwen2, yarn positions, other magnitude"] = Of("qwen2") with { RopeScaling = new YarnRopeScaling(4, 32) { AttentionFactor = 1.3 } },
        ["qwen3, tied, yarn positions"] = Of("qwen3", tied: true) with { RopeScaling = new YarnRopeScaling(4, 32) },
        ["qwen3"] = Of("qwen3"),
        ["phi3"] = Of("phi3"),
        ["phi3, tied, partial rotary, longrope"] = Of("phi3", tied: true) with
        {
            MaxPositionEmbeddings = 1024,
            PartialRotaryFactor = 0.75,
            HeadDim = 64,
            NumAttentionHeads = 2,
            NumKeyValueHeads = 1,
            RopeScaling = new LongRopeScaling(Factors(24, 1, 0.05), Factors(24, 1.2, 0.4), 256, LongRopeScaling.DefaultAttentionFactor(4, 256)),
        },
        ["gemma2, tied"] = Of("gemma2", tied: true) with { SlidingWindow = 24, AttentionSoftcap = 2, LogitSoftcap = 5 },
        ["gemma2, other layers slide"] = Of("gemma2", tied: true) with
        {
            NumHiddenLayers = 3, SlidingWindow = 24, SlidingLayers = [false, false, true], AttentionSoftcap = 50, LogitSoftcap = 30, RopeTheta = 20000, HeadDim = 48,
        },
        ["gemma3, tied, linear positions"] = Of("gemma3_text", tied: true) with
        {
            NumHiddenLayers = 6, SlidingWindow = 24, RopeTheta = 1_000_000, LocalRopeTheta = 10000, RopeScaling = new LinearRopeScaling(8),
        },
        ["gemma3, other layers slide"] = Of("gemma3_text") with
        {
            SlidingWindow = 24, SlidingLayers = [true, false], RopeTheta = 1_000_000, LocalRopeTheta = 5000, LogitSoftcap = 5,
        },
        ["stablelm, biases"] = Of("stablelm") with { PartialRotaryFactor = 0.5, AttentionBias = true },
        ["stablelm, head norms, parallel"] = Of("stablelm") with { PartialRotaryFactor = 0.5, QueryKeyNorm = true, ParallelResidual = true },
    };

    public static IReadOnlyCollection<string> Names => Configs.Keys;

    public static IEnumerable<ModelFamily> Families() => Configs.Values.Select(c => c.Family).Distinct();

    public static DecoderConfig Config(string name) => Configs[name];

    /// <summary>A family's plainest model.</summary>
    public static DecoderConfig Of(string modelType, bool tied = false)
    {
        ModelFamily family = ModelFamilies.Find(modelType)!;
        return TinyModel.Config(128, 4, 2, tied: tied) with { Family = family, Architectures = [family.Architecture] };
    }

    private static double[] Factors(int count, double first, double step) => [.. Enumerable.Range(0, count).Select(i => first + (step * i))];
}
