namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>Between the blocks of one ggml type and single precision. The arguments have matching sizes: <see cref="GgmlBlocks"/> sees to that.</summary>
internal abstract class BlockCodec(GgmlType type)
{
    public GgmlType Type { get; } = type;

    public int BlockSize { get; } = GgmlTypes.BlockSize(type);

    public int BytesPerBlock { get; } = GgmlTypes.BytesPerBlock(type);

    /// <summary>Whether <see cref="Quantize"/> is implemented.</summary>
    public virtual bool Quantizes => true;

    /// <summary>Restores whole blocks.</summary>
    public abstract void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values);

    /// <summary>The plain form of <see cref="Dequantize"/>, for machines without AVX2 and to test the fast ones.</summary>
    public virtual void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values) => Dequantize(blocks, values);

    /// <summary>Rounds whole blocks of finite values, to the byte as ggml's reference does without an importance matrix.</summary>
    public virtual void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => throw new NotSupportedException($"{Type} blocks are read, not written.");
}
