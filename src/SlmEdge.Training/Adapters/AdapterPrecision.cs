namespace SlmEdge.Training.Adapters;

/// <summary>In what precision an adapter's values are used and stored. The optimiser moves fp32 copies either way.</summary>
public enum AdapterPrecision
{
    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>bfloat16: what training computes with is what the file holds, at half the size.</summary>
    Bf16,
}
