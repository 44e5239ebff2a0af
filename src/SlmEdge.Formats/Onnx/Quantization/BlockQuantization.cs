namespace SlmEdge.Formats.Onnx.Quantization;

/// <summary>How a matrix is quantised block by block along its rows.</summary>
/// <param name="Bits">4 or 8.</param>
/// <param name="BlockSize">Elements that share a scale: 16, 32, 64, 128 or 256.</param>
/// <param name="Symmetric">Whether the zero point is fixed in the middle of the range; otherwise each block has its own.</param>
/// <param name="Search">Whether scales are searched for the least squared error; otherwise the block's extremes set them (round to nearest).</param>
public sealed record BlockQuantization(int Bits, int BlockSize = 32, bool Symmetric = true, bool Search = true)
{
    /// <summary>How the int4 export stores projections.</summary>
    public static BlockQuantization Int4Projections { get; } = new(4, 32, Symmetric: false);

    /// <summary>How the int4 export stores embedding and head. In 4 bits they cost a small model more accuracy than all projections together.</summary>
    public static BlockQuantization Int8Embedding { get; } = new(8, 32, Symmetric: true, Search: false);

    /// <summary>The largest level: 15 or 255.</summary>
    public int MaxLevel => (1 << Bits) - 1;

    /// <summary>The zero point of a symmetric block, which is also the one that an absent zero point stands for in MatMulNBits: 8 or 128.</summary>
    public int MiddleLevel => 1 << (Bits - 1);

    internal void Validate()
    {
        if (Bits is not (4 or 8))
        {
            throw new ArgumentOutOfRangeException(nameof(Bits), Bits, "Blocks are quantised to 4 or 8 bits.");
        }

        if (BlockSize is < 16 or > 256 || !int.IsPow2(BlockSize))
        {
            throw new ArgumentOutOfRangeException(nameof(BlockSize), BlockSize, "A block has 16, 32, 64, 128 or 256 elements.");
        }
    }
}
