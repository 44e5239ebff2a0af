using System.Buffers;
using SlmEdge.Training.Models;

namespace SlmEdge.Training.Quantization;

/// <summary>A matrix in NF4 with double-quantised block scales: about 4.13 bits per weight.</summary>
internal sealed class Nf4Matrix : QuantizedMatrix
{
    /// <summary>Blocks that one worker restores at a time: 256 KiB of fp32, which stays in its cache.</summary>
    private const int BlocksPerSlice = 1024;

    private readonly byte[] _codes;
    private readonly DoubleQuantizedScales _scales;

    private Nf4Matrix(long rows, long columns, Action<int, Span<float>> read)
        : base(rows, columns)
    {
        if (rows * columns % Nf4.BlockSize != 0)
        {
            throw new TrainingException($"A matrix of {rows} × {columns} does not divide into NF4 blocks of {Nf4.BlockSize} values.");
        }

        var blocks = checked((int)(rows * columns / Nf4.BlockSize));
        _codes = GC.AllocateUninitializedArray<byte>(checked(blocks * Nf4.BlockBytes));
        var absmax = new float[blocks];
        Parallel.For(0, (blocks + BlocksPerSlice - 1) / BlocksPerSlice, slice =>
        {
            var first = slice * BlocksPerSlice;
            var count = Math.Min(BlocksPerSlice, blocks - first);
            var rented = ArrayPool<float>.Shared.Rent(count * Nf4.BlockSize);
            var part = rented.AsSpan(0, count * Nf4.BlockSize);
            read(first, part);
            Nf4.Quantize(part, _codes.AsSpan(first * Nf4.BlockBytes, count * Nf4.BlockBytes), absmax.AsSpan(first, count));
            ArrayPool<float>.Shared.Return(rented);
        });
        _scales = new DoubleQuantizedScales(absmax);
    }

    /// <summary>Quantises a matrix.</summary>
    /// <param name="rows">Rows (output features).</param>
    /// <param name="columns">Columns (input features).</param>
    /// <param name="values">Row-major values; their number must be a multiple of 64.</param>
    /// <exception cref="TrainingException">The matrix does not divide into blocks.</exception>
    public Nf4Matrix(long rows, long columns, float[] values)
        : this(rows, columns, (block, part) => values.AsSpan(block * Nf4.BlockSize, part.Length).CopyTo(part))
    {
    }

    public override long ByteLength => _codes.Length + _scales.ByteLength;

    /// <summary>Quantises a matrix while it is read; each worker holds 256 KiB of it in fp32 at a time.</summary>
    /// <exception cref="TrainingException">The matrix does not divide into blocks.</exception>
    public static Nf4Matrix Read(StoredTensor stored)
    {
        try
        {
            return new Nf4Matrix(stored.Shape[0], stored.Shape[1], (block, part) => stored.ReadFloat32((long)block * Nf4.BlockSize, part));
        }
        catch (AggregateException e)
        {
            // The workers' first error is what went wrong: a file that became shorter, a type that is no number.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            throw;
        }
    }

    public override void DequantizeRows(long firstRow, Span<float> destination) => Dequantize(firstRow * Columns / Nf4.BlockSize, destination);

    /// <summary>Restores blocks, on all processors when they are many.</summary>
    /// <param name="firstBlock">The first block.</param>
    /// <param name="destination">Receives whole blocks, or the rest of the matrix.</param>
    public unsafe void Dequantize(long firstBlock, Span<float> destination)
    {
        var (first, blocks) = ((int)firstBlock, destination.Length / Nf4.BlockSize);
        var slices = (blocks + BlocksPerSlice - 1) / BlocksPerSlice;
        fixed (float* target = destination)
        {
            var start = target;
            if (slices == 1)
            {
                DequantizeSlice(first, blocks, start);
            }
            else
            {
                Parallel.For(0, slices, slice =>
                {
                    var done = slice * BlocksPerSlice;
                    DequantizeSlice(first + done, Math.Min(BlocksPerSlice, blocks - done), start + ((long)done * Nf4.BlockSize));
                });
            }
        }
    }

    private unsafe void DequantizeSlice(int first, int count, float* target)
    {
        var rented = ArrayPool<float>.Shared.Rent(count);
        var absmax = rented.AsSpan(0, count);
        _scales.Restore(first, absmax);
        Nf4.Dequantize(_codes.AsSpan(first * Nf4.BlockBytes, count * Nf4.BlockBytes), absmax, new Span<float>(target, count * Nf4.BlockSize));
        ArrayPool<float>.Shared.Return(rented);
    }
}
