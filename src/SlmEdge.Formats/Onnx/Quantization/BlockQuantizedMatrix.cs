using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Onnx.Quantization;

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
        DequantizeRows(0, values);
        return values;
    }

    /// <summary>Restores whole rows.</summary>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="values">Filled, row-major.</param>
    /// <exception cref="ArgumentException">The values are not whole rows of the matrix.</exception>
    public void DequantizeRows(int firstRow, Span<float> values)
    {
        if (firstRow < 0 || values.Length % Columns != 0 || firstRow + (values.Length / Columns) > Rows)
        {
            throw new ArgumentException($"{values.Length} values from row {firstRow} are not whole rows of [{Rows}, {Columns}].", nameof(values));
        }

        for (int row = 0; row < values.Length / Columns; row++)
        {
            DequantizeRow(firstRow + row, values.Slice(row * Columns, Columns));
        }
    }

    private void DequantizeRow(int row, Span<float> values)
    {
        ReadOnlySpan<byte> zeroPoints = ZeroPoints is null ? [] : ZeroPoints.AsSpan(row * ZeroPointBytesPerRow, ZeroPointBytesPerRow);
        for (int block = 0; block < BlocksPerRow; block++)
        {
            int index = (row * BlocksPerRow) + block;
            ReadOnlySpan<byte> levels = Levels.AsSpan(index * BytesPerBlock, BytesPerBlock);
            Span<float> target = values[(block * Options.BlockSize)..Math.Min(values.Length, (block + 1) * Options.BlockSize)];
            float scale = Scales[index];
            int zero = zeroPoints.IsEmpty ? Options.MiddleLevel : Unpack(zeroPoints, block);
            int whole = Options.Bits == 4 && Avx2.IsSupported ? RestoreNibbles(levels, scale, zero, target) : 0;
            for (int i = whole; i < target.Length; i++)
            {
                target[i] = scale * (Unpack(levels, i) - zero);
            }
        }
    }

    /// <summary>Restores groups of 32 nibbles; the rest is left.</summary>
    /// <returns>How many values were restored.</returns>
    private static int RestoreNibbles(ReadOnlySpan<byte> levels, float scale, int zero, Span<float> target)
    {
        Vector128<byte> nibble = Vector128.Create((byte)15);
        Vector256<float> scales = Vector256.Create(scale);
        Vector256<int> zeros = Vector256.Create(zero);
        ref float first = ref MemoryMarshal.GetReference(target);
        int done = 0;
        for (; done <= target.Length - 32; done += 32)
        {
            Vector128<byte> packed = Vector128.Create(levels.Slice(done / 2, 16));
            Vector128<byte> low = packed & nibble;
            Vector128<byte> high = (packed.AsUInt16() >>> 4).AsByte() & nibble;

            // Neighbours share a byte, the earlier one in the low half.
            Store(Sse2.UnpackLow(low, high), ref first, done);
            Store(Sse2.UnpackHigh(low, high), ref first, done + 16);
        }

        return done;

        void Store(Vector128<byte> sixteen, ref float at, int offset)
        {
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(sixteen) - zeros) * scales).StoreUnsafe(ref at, (nuint)offset);
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(sixteen, 8)) - zeros) * scales).StoreUnsafe(ref at, (nuint)offset + 8);
        }
    }

    private int Unpack(ReadOnlySpan<byte> packed, int index) =>
        Options.Bits == 8 ? packed[index] : (packed[index / 2] >> (4 * (index % 2))) & 15;
}
