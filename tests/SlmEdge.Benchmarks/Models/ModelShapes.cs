using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Benchmarks.Models;

/// <summary>Shapes of well-known models, from their published <c>config.json</c>.</summary>
internal static class ModelShapes
{
    private static readonly Dictionary<string, DecoderConfig> Known = new(StringComparer.Ordinal)
    {
        ["qwen2.5-0.5b"] = Qwen(hidden: 896, inner: 4864, layers: 24, heads: 14, kvHeads: 2, headDim: 64, vocabulary: 151936, tied: true),
        ["qwen2.5-3b"] = Qwen(hidden: 2048, inner: 11008, layers: 36, heads: 16, kvHeads: 2, headDim: 128, vocabulary: 151936, tied: true),
        ["qwen2.5-7b"] = Qwen(hidden: 3584, inner: 18944, layers: 28, heads: 28, kvHeads: 4, headDim: 128, vocabulary: 152064, tied: false),
        ["smollm2-135m"] = new DecoderConfig
        {
            HiddenSize = 576,
            IntermediateSize = 1536,
            NumHiddenLayers = 30,
            NumAttentionHeads = 9,
            NumKeyValueHeads = 3,
            HeadDim = 64,
            VocabSize = 49152,
            MaxPositionEmbeddings = 8192,
            RopeTheta = 100000,
            TieWordEmbeddings = true,
            EosTokenId = 0,
            TorchDtype = "bfloat16",
        },
        ["llama-3.2-1b"] = new DecoderConfig
        {
            HiddenSize = 2048,
            IntermediateSize = 8192,
            NumHiddenLayers = 16,
            NumAttentionHeads = 32,
            NumKeyValueHeads = 8,
            HeadDim = 64,
            VocabSize = 128256,
            MaxPositionEmbeddings = 131072,
            RopeTheta = 500000,
            TieWordEmbeddings = true,
            EosTokenId = 0,
            TorchDtype = "bfloat16",
        },
    };

    public static DecoderConfig Find(string name) => Known.TryGetValue(name, out var config)
        ? config
        : throw new BenchmarkException($"There is no shape '{name}'; there are {string.Join(", ", Known.Keys)}.");

    private static DecoderConfig Qwen(int hidden, int inner, int layers, int heads, int kvHeads, int headDim, int vocabulary, bool tied) => new()
    {
        Family = ModelFamilies.Find("qwen2")!,
        Architectures = ["Qwen2ForCausalLM"],
        HiddenSize = hidden,
        IntermediateSize = inner,
        NumHiddenLayers = layers,
        NumAttentionHeads = heads,
        NumKeyValueHeads = kvHeads,
        HeadDim = headDim,
        VocabSize = vocabulary,
        MaxPositionEmbeddings = 32768,
        NormEps = 1e-6,
        RopeTheta = 1000000,
        TieWordEmbeddings = tied,
        EosTokenId = 0,
        TorchDtype = "bfloat16",
    };
}
