using SlmEdge.Datasets.Rows;

namespace SlmEdge.Datasets.Storage;

/// <summary>A key table that begins in memory and moves to DuckDB when the rows outgrow it, so that a small file never waits for a database.</summary>
internal sealed class KeyTable(int columns, DatasetOptions options) : IKeyTable, IDisposable
{
    // Sorting a column needs it once more; the rest of the allowance is for that, or for DuckDB.
    private readonly long _mostRows = options.MemoryBytes / 2 / ((sizeof(ulong) * columns) + sizeof(int));
    private readonly MemoryKeyTable _memory = new(columns);
    private DuckDbKeyTable? _database;

    /// <summary>Whether the rows have gone to DuckDB.</summary>
    public bool OnDisk => _database is not null;

    public void Add(int row, ReadOnlySpan<ulong> keys)
    {
        if (_database is null && _memory.Count >= _mostRows)
        {
            _database = new DuckDbKeyTable(columns, options.TemporaryFolder, options.MemoryBytes / 2, options.Threads);
            _memory.MoveTo(_database);
        }

        IKeyTable table = _database is null ? _memory : _database;
        table.Add(row, keys);
    }

    public IEnumerable<int[]> Groups(int column, CancellationToken cancellation) =>
        _database is null ? _memory.Groups(column, cancellation) : _database.Groups(column, cancellation);

    public void Dispose() => _database?.Dispose();
}
