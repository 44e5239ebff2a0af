namespace SlmEdge.Datasets.Storage;

/// <summary>Rows with a fixed number of 64-bit keys each, asked which rows share a key.</summary>
internal interface IKeyTable
{
    /// <summary>Adds a row.</summary>
    /// <param name="row">Its number, larger than those before.</param>
    /// <param name="keys">One key for each column.</param>
    void Add(int row, ReadOnlySpan<ulong> keys);

    /// <summary>The rows of every key of a column that stands in two rows or more: keys ascending, rows ascending.</summary>
    IEnumerable<int[]> Groups(int column, CancellationToken cancellation);
}
