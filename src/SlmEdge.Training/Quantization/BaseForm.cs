namespace SlmEdge.Training.Quantization;

/// <summary>How the frozen base is held while adapters are trained on it. All but <see cref="Nf4"/> are the blocks of a file that a device runs.</summary>
public enum BaseForm
{
    /// <summary>4-bit NormalFloat (QLoRA): exists only in the trainer.</summary>
    Nf4,

    /// <summary>GGUF with Q4_0 projections.</summary>
    Q4_0,

    /// <summary>GGUF with Q8_0 projections.</summary>
    Q8_0,

    /// <summary>GGUF with IQ4_NL projections.</summary>
    IQ4_NL,

    /// <summary>GGUF with Q4_K projections.</summary>
    Q4_K,

    /// <summary>ONNX with MatMulNBits projections.</summary>
    Int4Onnx,
}
