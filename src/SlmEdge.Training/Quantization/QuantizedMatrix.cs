namespace SlmEdge.Training.Quantization;

/// <summary>A matrix <c>[rows, columns]</c> in quantised blocks that can be restored to fp32, some rows at a time.</summary>
internal abstract class QuantizedMatrix(long rows, long columns)
{
    /// <summary>Parts that are restored alone begin at multiples of this many rows, where every layout begins a block.</summary>
    public const int RowStep = 64;

    /// <summary>Output features.</summary>
    public long Rows { get; } = rows;

    /// <summary>Input features.</summary>
    public long Columns { get; } = columns;

    /// <summary>Bytes that the blocks take.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Restores the whole matrix.</summary>
    /// <param name="destination">Row-major fp32 values.</param>
    public void Dequantize(Span<float> destination) => DequantizeRows(0, destination);

    /// <summary>Restores whole rows, on all processors when they are many.</summary>
    /// <param name="firstRow">A multiple of <see cref="RowStep"/>.</param>
    /// <param name="destination">Row-major fp32 values: a multiple of <see cref="RowStep"/> rows, or the rest of the matrix.</param>
    public abstract void DequantizeRows(long firstRow, Span<float> destination);
}
