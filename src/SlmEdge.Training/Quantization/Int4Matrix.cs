using SlmEdge.Formats.Onnx.Quantization;

namespace SlmEdge.Training.Quantization;

/// <summary>A matrix in the blocks of ONNX Runtime's <c>MatMulNBits</c>.</summary>
internal sealed class Int4Matrix(BlockQuantizedMatrix matrix) : QuantizedMatrix(matrix.Rows, matrix.Columns)
{
    /// <summary>Values that one worker restores at a time: 256 KiB of fp32, which stays in its cache.</summary>
    private const int SliceValues = 1 << 16;

    public override long ByteLength => matrix.Levels.LongLength + (matrix.Scales.LongLength * sizeof(float)) + (matrix.ZeroPoints?.LongLength ?? 0);

    public override unsafe void DequantizeRows(long firstRow, Span<float> destination)
    {
        var rows = Math.Max(1, SliceValues / matrix.Columns);
        var all = destination.Length / matrix.Columns;
        fixed (float* target = destination)
        {
            var start = target;
            Parallel.For(0, (all + rows - 1) / rows, slice =>
            {
                var first = slice * rows;
                var count = Math.Min(rows, all - first);
                matrix.DequantizeRows((int)firstRow + first, new Span<float>(start + ((long)first * matrix.Columns), count * matrix.Columns));
            });
        }
    }
}
