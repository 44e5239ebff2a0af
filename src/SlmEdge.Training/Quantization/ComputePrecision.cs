namespace SlmEdge.Training.Quantization;

/// <summary>In what precision products with a quantised base are computed (the compute dtype of QLoRA, arXiv 2305.14314).</summary>
public enum ComputePrecision
{
    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>bfloat16, for devices with units for it.</summary>
    Bf16,
}
