using SlmEdge.Export.Quantization;

namespace SlmEdge.Export.Onnx;

/// <summary>The details of an int4 export. The defaults are what was measured best on small models; other values are for comparisons.</summary>
public sealed record OnnxQuantizationOptions
{
    /// <summary>Blocks of the projections.</summary>
    public BlockQuantization Projections { get; init; } = new(4, 32, Symmetric: false);

    /// <summary>Blocks of embedding and head. In 4 bits they cost a small model more accuracy than all projections together.</summary>
    public BlockQuantization Embedding { get; init; } = new(8, 32, Symmetric: true, Search: false);

    /// <summary><c>accuracy_level</c> of MatMulNBits: 4 computes with 8-bit activations, 1 and 0 with 32-bit ones.</summary>
    public int AccuracyLevel { get; init; } = 4;
}
