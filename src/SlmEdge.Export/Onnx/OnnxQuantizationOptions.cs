using SlmEdge.Formats.Onnx.Quantization;

namespace SlmEdge.Export.Onnx;

/// <summary>The details of an int4 export. The defaults are what was measured best on small models; other values are for comparisons.</summary>
public sealed record OnnxQuantizationOptions
{
    /// <summary>Blocks of the projections.</summary>
    public BlockQuantization Projections { get; init; } = BlockQuantization.Int4Projections;

    /// <summary>Blocks of embedding and head.</summary>
    public BlockQuantization Embedding { get; init; } = BlockQuantization.Int8Embedding;

    /// <summary><c>accuracy_level</c> of MatMulNBits: 4 computes with 8-bit activations, 1 and 0 with 32-bit ones.</summary>
    public int AccuracyLevel { get; init; } = 4;
}
