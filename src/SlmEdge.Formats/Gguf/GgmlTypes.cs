namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Facts about <see cref="GgmlType"/>: elements per block and bytes per block, from the block structures of ggml-common.h (llama.cpp v0.5.0).
/// </summary>
public static class GgmlTypes
{
    /// <summary>Whether the type is known here.</summary>
    public static bool IsKnown(GgmlType type) => TryFacts(type, out _, out _);

    /// <summary>Elements of one block (1 for plain types).</summary>
    public static int BlockSize(GgmlType type) =>
        TryFacts(type, out int elements, out _) ? elements : throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown ggml type.");

    /// <summary>Bytes of one block.</summary>
    public static int BytesPerBlock(GgmlType type) =>
        TryFacts(type, out _, out int bytes) ? bytes : throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown ggml type.");

    /// <summary>Bytes of a tensor.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="dimensions">The dimensions in ggml's order; the first is the contiguous one and must be a multiple of the block size.</param>
    /// <exception cref="ArgumentException">The first dimension is not a multiple of the block size.</exception>
    /// <exception cref="OverflowException">The size does not fit into 64 bits.</exception>
    public static long ByteLength(GgmlType type, IReadOnlyList<long> dimensions)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        int block = BlockSize(type);
        long first = dimensions.Count == 0 ? 1 : dimensions[0];
        if (first % block != 0)
        {
            throw new ArgumentException($"A row of {first} elements is not a multiple of the {block} elements of a {type} block.", nameof(dimensions));
        }

        long blocks = first / block;
        for (int i = 1; i < dimensions.Count; i++)
        {
            blocks = checked(blocks * dimensions[i]);
        }

        return checked(blocks * BytesPerBlock(type));
    }

    private static bool TryFacts(GgmlType type, out int elements, out int bytes)
    {
        (elements, bytes) = type switch
        {
            GgmlType.F64 or GgmlType.I64 => (1, 8),
            GgmlType.F32 or GgmlType.I32 => (1, 4),
            GgmlType.F16 or GgmlType.BF16 or GgmlType.I16 => (1, 2),
            GgmlType.I8 => (1, 1),
            GgmlType.Q1_0 => (128, 2 + 16),
            GgmlType.Q2_0 => (64, 2 + 16),
            GgmlType.Q4_0 => (32, 2 + 16),
            GgmlType.Q4_1 => (32, 4 + 16),
            GgmlType.Q5_0 => (32, 2 + 4 + 16),
            GgmlType.Q5_1 => (32, 4 + 4 + 16),
            GgmlType.Q8_0 => (32, 2 + 32),
            GgmlType.Q8_1 => (32, 4 + 32),
            GgmlType.MXFP4 => (32, 1 + 16),
            GgmlType.NVFP4 => (64, 4 + 32),
            GgmlType.Q2_K => (256, 4 + 16 + 64),
            GgmlType.Q3_K => (256, 2 + 64 + 32 + 12),
            GgmlType.Q4_K => (256, 4 + 12 + 128),
            GgmlType.Q5_K => (256, 4 + 12 + 128 + 32),
            GgmlType.Q6_K => (256, 2 + 16 + 192),
            GgmlType.Q8_K => (256, 4 + 256 + 32),
            GgmlType.IQ1_S => (256, 2 + 32 + 16),
            GgmlType.IQ1_M => (256, 32 + 16 + 8),
            GgmlType.IQ2_XXS => (256, 2 + 64),
            GgmlType.IQ2_XS => (256, 2 + 64 + 8),
            GgmlType.IQ2_S => (256, 2 + 64 + 16),
            GgmlType.IQ3_XXS => (256, 2 + 96),
            GgmlType.IQ3_S => (256, 2 + 104 + 4),
            GgmlType.IQ4_NL => (32, 2 + 16),
            GgmlType.IQ4_XS => (256, 2 + 2 + 4 + 128),
            GgmlType.TQ1_0 => (256, 2 + 4 + 48),
            GgmlType.TQ2_0 => (256, 2 + 64),
            _ => (0, 0),
        };
        return elements != 0;
    }
}
