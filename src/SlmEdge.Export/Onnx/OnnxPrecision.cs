namespace SlmEdge.Export.Onnx;

/// <summary>How the matrices of an exported ONNX model are stored.</summary>
public enum OnnxPrecision
{
    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>16-bit floats in the file, which the runtime widens when it loads the model: half the size on disk, computation in 32 bits.</summary>
    Fp16,

    /// <summary>4-bit blocks for the projections (<c>MatMulNBits</c>), 8-bit blocks for embedding and head; computation on 8-bit activations.</summary>
    Int4,
}
