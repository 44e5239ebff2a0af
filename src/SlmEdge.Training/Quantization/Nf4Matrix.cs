using System.Buffers;

namespace SlmEdge.Training.Quantization;

/// <summary>A matrix in NF4 with double-quantised block scales: about 4.13 bits per weight.</summary>
internal sealed class Nf4Matrix
{
    /// <summary>Blocks that one worker restores at a time: 256 KiB of fp32, which stays in its cache.</summary>
    private const int BlocksPerSlice = 1024;

    private readonly byte[] _codes;
    private readonly DoubleQuantizedScales _scales;

    /// <summary>Quantises a matrix.</summary>
    /// <param name="rows">Rows (output features).</param>
    /// <param name="columns">Columns (input features).</param>
    /// <param name="values">Row-major values; their number must be a multiple of 64.</param>
    /// <exception cref="TrainingException">The matrix does not divide into blocks.</exception>
    public Nf4Matrix(long rows, long columns, ReadOnlySpan<float> values)
    {
        if (values.Length % Nf4.BlockSize != 0)
        {
            throw new TrainingException($"A matrix of {rows} × {columns} does not divide into NF4 blocks of {Nf4.BlockSize} values.");
        }

        Rows = rows;
        Columns = columns;
        var blocks = values.Length / Nf4.BlockSize;
        _codes = GC.AllocateUninitializedArray<byte>(blocks * Nf4.BlockBytes);
        var absmax = new float[blocks];
        Nf4.Quantize(values, _codes, absmax);
        _scales = new DoubleQuantizedScales(absmax);
    }

    public long Rows { get; }

    public long Columns { get; }

    /// <summary>Bytes that the quantised matrix takes.</summary>
    public long ByteLength => _codes.Length + _scales.ByteLength;

    /// <summary>Restores the whole matrix, on all processors when it is large.</summary>
    /// <param name="destination">Row-major fp32 values.</param>
    public unsafe void Dequantize(Span<float> destination)
    {
        var slices = (_scales.Count + BlocksPerSlice - 1) / BlocksPerSlice;
        fixed (float* target = destination)
        {
            var start = target;
            if (slices == 1)
            {
                DequantizeSlice(0, start);
            }
            else
            {
                Parallel.For(0, slices, slice => DequantizeSlice(slice, start));
            }
        }
    }

    private unsafe void DequantizeSlice(int slice, float* target)
    {
        var first = slice * BlocksPerSlice;
        var count = Math.Min(BlocksPerSlice, _scales.Count - first);
        var rented = ArrayPool<float>.Shared.Rent(count);
        var absmax = rented.AsSpan(0, count);
        _scales.Restore(first, absmax);
        Nf4.Dequantize(
            _codes.AsSpan(first * Nf4.BlockBytes, count * Nf4.BlockBytes),
            absmax,
            new Span<float>(target + ((long)first * Nf4.BlockSize), count * Nf4.BlockSize));
        ArrayPool<float>.Shared.Return(rented);
    }
}
