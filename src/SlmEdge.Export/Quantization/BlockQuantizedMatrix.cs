namespace SlmEdge.Export.Quantization;

/// <summary>
/// A matrix <c>[rows, columns]</c> in the layout of ONNX Runtime's <c>MatMulNBits</c>: blocks run along the columns, the last block of a row
/// is padded; two 4-bit levels share a byte, the lower nibble first. <c>weight = scale · (level − zero point)</c>.
/// </summary>
/// <param name="Rows">Output features, N.</param>
/// <param name="Columns">Input features, K.</param>
/// <param name="Options">How it was quantised.</param>
/// <param name="Levels"><c>[rows, blocks, block size · bits / 8]</c>.</param>
/// <param name="Scales"><c>[rows, blocks]</c>.</param>
/// <param name="ZeroPoints"><c>[rows, ⌈blocks · bits / 8⌉]</c> (4 bits: lower nibble first), or null when symmetric.</param>
public sealed record BlockQuantizedMatrix(
    int Rows, int Columns, BlockQuantization Options, byte[] Levels, float[] Scales, byte[]? ZeroPoints)
{
    /// <summary>Blocks of one row.</summary>
    public int BlocksPerRow => (Columns + Options.BlockSize - 1) / Options.BlockSize;

    /// <summary>Bytes of one block's levels.</summary>
    public int BytesPerBlock => Options.BlockSize * Options.Bits / 8;

    /// <summary>Bytes of one row's zero points.</summary>
    public int ZeroPointBytesPerRow => ((BlocksPerRow * Options.Bits) + 7) / 8;

    /// <summary>The weights that the levels stand for, row-major.</summary>
    public float[] Dequantize()
    {
        float[] values = new float[(long)Rows * Columns];
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                int block = column / Options.BlockSize;
                int inBlock = column % Options.BlockSize;
                int index = (row * BlocksPerRow) + block;
                int level = Unpack(Levels.AsSpan(index * BytesPerBlock, BytesPerBlock), inBlock);
                int zero = ZeroPoints is null
                    ? Options.MiddleLevel
                    : Unpack(ZeroPoints.AsSpan(row * ZeroPointBytesPerRow, ZeroPointBytesPerRow), block);
                values[((long)row * Columns) + column] = Scales[index] * (level - zero);
            }
        }

        return values;
    }

    private int Unpack(ReadOnlySpan<byte> packed, int index) =>
        Options.Bits == 8 ? packed[index] : (packed[index / 2] >> (4 * (index % 2))) & 15;
}
