namespace SlmEdge.Engines.LlamaCpp;

/// <summary>Types that a GGUF model can be converted to. The names are llama.cpp's.</summary>
public enum GgufQuantization
{
    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>16-bit IEEE floats; one-dimensional tensors stay F32.</summary>
    F16,

    /// <summary>16-bit brain floats; one-dimensional tensors stay F32.</summary>
    BF16,

    /// <summary>8 bits in blocks of 32 with one scale.</summary>
    Q8_0,

    /// <summary>4 bits in blocks of 32 with one scale.</summary>
    Q4_0,

    /// <summary>4 bits in blocks of 32 with one scale; levels denser around zero.</summary>
    IQ4_NL,

    /// <summary>4-bit k-quant in super-blocks of 256, the more sensitive tensors in 6 bits.</summary>
    Q4_K_M,
}
