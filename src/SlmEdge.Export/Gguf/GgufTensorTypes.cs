using System.Globalization;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Gguf;

/// <summary>
/// The element type of each tensor of a quantised file, as llama.cpp v0.5.0's quantiser chooses it for dense models (<c>src/llama-quant.cpp</c>):
/// head, or tied embedding, in Q6_K; of Q4_K_M, half of the value and down projections in Q6_K, too; types that do not divide a row are replaced.
/// </summary>
internal static class GgufTensorTypes
{
    /// <summary>Whether the choices for a type are known here.</summary>
    /// <param name="quantization">The type of the file.</param>
    public static bool Knows(GgufQuantization quantization) => quantization != GgufQuantization.IQ4_NL;

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
            type = OfMixture(name, config.NumHiddenLayers);
        }

        return Fitting(type, columns);
    }

    private static GgmlType OfMixture(string name, int layers)
    {
        bool sensitive = name.EndsWith(".attn_v.weight", StringComparison.Ordinal)
            || name.EndsWith(".attn_qkv.weight", StringComparison.Ordinal)
            || name.EndsWith(".ffn_down.weight", StringComparison.Ordinal);
        return sensitive && TakesMoreBits(LayerOf(name), layers) ? GgmlType.Q6_K : GgmlType.Q4_K;
    }

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
            GgmlType.Q6_K => GgmlType.Q8_0,
            _ => type,
        };
        return columns % GgmlTypes.BlockSize(smaller) == 0 ? smaller : GgmlType.F16;
    }
}
