using System.Numerics.Tensors;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// The block formats of ggml that weights are read from and written to, in managed code. Layouts and formulas: <c>ggml-common.h</c> and
/// <c>ggml-quants.c</c> of llama.cpp v0.5.0; restored values are bit for bit, quantised blocks byte for byte those of its reference functions.
/// </summary>
/// <remarks>Thread-safe. Blocks run along the contiguous dimension of a tensor; any run of whole blocks can be converted alone.</remarks>
public static class GgmlBlocks
{
    private static readonly BlockCodec[] Codecs =
    [
        new Float32Codec(),
        new Float16Codec(),
        new BFloat16Codec(),
        new Q8_0Codec(),
        new Q4_0Codec(),
        new IQ4_NLCodec(),
        new Q4_KCodec(),
        new Q6_KCodec(),
    ];

    /// <summary>The types that can be restored.</summary>
    public static IReadOnlyList<GgmlType> Types { get; } = [.. Codecs.Select(c => c.Type)];

    /// <summary>The types that can be written.</summary>
    public static IReadOnlyList<GgmlType> WrittenTypes { get; } = [.. Codecs.Where(c => c.Quantizes).Select(c => c.Type)];

    /// <summary>Whether blocks of the type can be restored.</summary>
    /// <param name="type">The type.</param>
    public static bool IsSupported(GgmlType type) => Types.Contains(type);

    /// <summary>Restores whole blocks.</summary>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="values">As many values as the blocks hold.</param>
    /// <exception cref="ArgumentException">The type is not supported, or the sizes do not belong together.</exception>
    public static void Dequantize(GgmlType type, ReadOnlySpan<byte> blocks, Span<float> values) =>
        Codec(type, blocks.Length, values.Length).Dequantize(blocks, values);

    /// <summary>Rounds whole blocks.</summary>
    /// <param name="type">One of <see cref="WrittenTypes"/>.</param>
    /// <param name="values">Finite values; a multiple of the block size.</param>
    /// <param name="blocks">As many bytes as the blocks take.</param>
    /// <exception cref="ArgumentException">The type is not written, the sizes do not belong together, or a value is NaN or infinite.</exception>
    public static void Quantize(GgmlType type, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        BlockCodec codec = Codec(type, blocks.Length, values.Length);
        if (!codec.Quantizes)
        {
            throw new ArgumentException($"{type} blocks are read, not written; there are {string.Join(", ", WrittenTypes)}.", nameof(type));
        }

        if (codec.BlockSize > 1 && !TensorPrimitives.IsFiniteAll(values))
        {
            throw new ArgumentException($"A value is NaN or infinite; {type} blocks hold finite values.", nameof(values));
        }

        codec.Quantize(values, blocks);
    }

    internal static BlockCodec Codec(GgmlType type) => Array.Find(Codecs, c => c.Type == type)
        ?? throw new ArgumentException($"{type} blocks are not supported; there are {string.Join(", ", Types)}.", nameof(type));

    private static BlockCodec Codec(GgmlType type, int bytes, int values)
    {
        BlockCodec codec = Codec(type);
        return bytes % codec.BytesPerBlock == 0 && (long)bytes / codec.BytesPerBlock * codec.BlockSize == values
            ? codec
            : throw new ArgumentException($"{values} values do not fill {bytes} bytes of {type}: a block holds {codec.BlockSize} values in {codec.BytesPerBlock} bytes.", nameof(values));
    }
}
