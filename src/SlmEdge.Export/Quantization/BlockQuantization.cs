namespace SlmEdge.Export.Quantization;

/// <summary>How a matrix is quantised block by block along its rows.</summary>
/// <param name="Bits">4 or 8.</param>
/// <param name="BlockSize">Elements that share a scale: 16, 32, 64, 128 or 256.</param>
/// <param name="Symmetric">Whether the zero point is fixed in the middle of the range; otherwise each block has its own.</param>
/// <param name="Search">Whether scales are searched for the least squared error; otherwise the block's extremes set them (round to nearest).</param>
public sealed record BlockQuantization(int Bits, int BlockSize = 32, bool Symmetric = true, bool Search = true)
{
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
