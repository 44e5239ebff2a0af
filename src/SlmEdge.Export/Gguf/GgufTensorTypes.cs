using System.Globalization;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Gguf;

/// <summary>
/// The element type of each tensor of a quantised file, as llama.cpp v0.5.0's quantiser chooses it for dense models (<c>src/llama-quant.cpp</c>):
/// head, or tied embedding, in Q6_K; of Q4_K_M, half of the value and down projections in Q6_K, too, and the value projections of the largest models in no less than Q5_K;
/// of IQ4_NL, value projections that many heads share and the first down projections in Q5_K; types that do not divide a row are replaced.
/// </summary>
internal static class GgufTensorTypes
{
    /// <summary>Layers of the models that llama.cpp calls 70B.</summary>
    private const int LayersOf70B = 80;

    /// <summary>The element type of a tensor.</summary>
    /// <param name="quantization">The type of the file.</param>
    /// <param name="name">GGUF name of a projection, the embedding or the head; everything else stays F32.</param>
    /// <param name="columns">Values of a row.</param>
    /// <param name="config">The model's shape.</param>
    public static GgmlType Choose(GgufQuantization quantization, string name, long columns, DecoderConfig config)
    {
        GgmlType type = quantization switch
        {
            GgufQuantization.F32 => GgmlType.F32,
            GgufQuantization.F16 => GgmlType.F16,
            GgufQuantization.BF16 => GgmlType.BF16,
            GgufQuantization.Q8_0 => GgmlType.Q8_0,
            GgufQuantization.Q4_0 => GgmlType.Q4_0,
            GgufQuantization.IQ4_NL => GgmlType.IQ4_NL,
            GgufQuantization.Q4_K_M => GgmlType.Q4_K,
            _ => throw new ArgumentOutOfRangeException(nameof(quantization), quantization, "Not a type that models are exported to."),
        };
        if (GgmlTypes.BlockSize(type) == 1)
        {
            return type;
        }

        if (name == "output.weight" || (name == "token_embd.weight" && config.TieWordEmbeddings))
        {
            type = type == GgmlType.Q8_0 || columns % GgmlTypes.BlockSize(type) != 0 ? GgmlType.Q8_0 : GgmlType.Q6_K;
        }
        else if (quantization == GgufQuantization.Q4_K_M)
        {
            type = OfMixture(name, config);
        }
        else if (quantization == GgufQuantization.IQ4_NL && IsSensitive(name, config))
        {
            type = GgmlType.Q5_K;
        }

        return Fitting(type, columns);
    }

    private static GgmlType OfMixture(string name, DecoderConfig config)
    {
        if ((HasValues(name) || IsDown(name)) && TakesMoreBits(LayerOf(name), config.NumHiddenLayers))
        {
            return GgmlType.Q6_K;
        }

        return HasValues(name) && Is70B(config) ? GgmlType.Q5_K : GgmlType.Q4_K;
    }

    private static bool IsSensitive(string name, DecoderConfig config) => HasValues(name)
        ? config.NumAttentionHeads / config.NumKeyValueHeads >= 4
        : IsDown(name) && LayerOf(name) < config.NumHiddenLayers / 8;

    private static bool HasValues(string name) =>
        name.EndsWith(".attn_v.weight", StringComparison.Ordinal) || name.EndsWith(".attn_qkv.weight", StringComparison.Ordinal);

    private static bool IsDown(string name) => name.EndsWith(".ffn_down.weight", StringComparison.Ordinal);

    /// <summary>LLM_TYPE_70B of <c>src/models/llama.cpp</c> and <c>qwen2.cpp</c>; no other family has such a model.</summary>
    private static bool Is70B(DecoderConfig config) => config.NumHiddenLayers == LayersOf70B && config.Family.GgufArchitecture switch
    {
        "llama" => config.NumAttentionHeads != config.NumKeyValueHeads,
        "qwen2" => true,
        _ => false,
    };

    /// <summary>The first and the last eighth of the layers, and every third between.</summary>
    private static bool TakesMoreBits(int layer, int layers) =>
        layer < layers / 8 || layer >= 7 * layers / 8 || (layer - (layers / 8)) % 3 == 2;

    private static int LayerOf(string name) => int.Parse(name.Split('.')[1], NumberStyles.None, CultureInfo.InvariantCulture);

    private static GgmlType Fitting(GgmlType type, long columns)
    {
        if (columns % GgmlTypes.BlockSize(type) == 0)
        {
            return type;
        }

        GgmlType smaller = type switch
        {
            GgmlType.Q4_K => GgmlType.Q5_0,
            GgmlType.Q5_K => GgmlType.Q5_1,
            GgmlType.Q6_K => GgmlType.Q8_0,
            _ => type,
        };
        return columns % GgmlTypes.BlockSize(smaller) == 0 ? smaller : GgmlType.F16;
    }
}
