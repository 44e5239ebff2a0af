using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Blocks;

namespace SlmEdge.Training.Quantization;

/// <summary>A matrix in blocks of ggml, its rows in Hugging Face's order.</summary>
internal sealed class GgmlMatrix : QuantizedMatrix
{
    /// <summary>Values that one worker handles at a time: 256 KiB of fp32, which stays in its cache. A multiple of every block size.</summary>
    private const int SliceValues = 1 << 16;

    private readonly byte[] _blocks;

    /// <summary>Takes blocks as a file holds them.</summary>
    public GgmlMatrix(GgmlType type, long rows, long columns, byte[] blocks)
        : base(rows, columns)
    {
        Type = type;
        _blocks = blocks.LongLength == GgmlTypes.ByteLength(type, [columns, rows])
            ? blocks
            : throw new ArgumentException($"{blocks.Length} bytes are not a {type} matrix of {rows} × {columns}.", nameof(blocks));
    }

    public GgmlType Type { get; }

    public ReadOnlySpan<byte> Blocks => _blocks;

    public override long ByteLength => _blocks.Length;

    /// <summary>Rounds a matrix; its columns must be a multiple of the type's block size.</summary>
    public static GgmlMatrix Quantize(GgmlType type, long rows, long columns, float[] values)
    {
        var blocks = GC.AllocateUninitializedArray<byte>(checked((int)GgmlTypes.ByteLength(type, [columns, rows])));
        ForSlices(values.Length, (first, count) => GgmlBlocks.Quantize(
            type, values.AsSpan(first, count), blocks.AsSpan(ByteOffset(type, first), ByteOffset(type, count))));
        return new GgmlMatrix(type, rows, columns, blocks);
    }

    public override unsafe void DequantizeRows(long firstRow, Span<float> destination)
    {
        var offset = checked((int)(firstRow * Columns / GgmlTypes.BlockSize(Type) * GgmlTypes.BytesPerBlock(Type)));
        fixed (float* target = destination)
        {
            var start = target;
            ForSlices(destination.Length, (first, count) => GgmlBlocks.Dequantize(
                Type, _blocks.AsSpan(offset + ByteOffset(Type, first), ByteOffset(Type, count)), new Span<float>(start + first, count)));
        }
    }

    private static int ByteOffset(GgmlType type, int values) => checked((int)((long)values / GgmlTypes.BlockSize(type) * GgmlTypes.BytesPerBlock(type)));

    private static void ForSlices(int count, Action<int, int> work)
    {
        var slices = (count + SliceValues - 1) / SliceValues;
        if (slices == 1)
        {
            work(0, count);
            return;
        }

        Parallel.For(0, slices, slice => work(slice * SliceValues, Math.Min(SliceValues, count - (slice * SliceValues))));
    }
}
