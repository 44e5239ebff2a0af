namespace SlmEdge.Datasets.Storage;

/// <summary>A key table in memory: every column in chunks, sorted when it is asked for.</summary>
internal sealed class MemoryKeyTable(int columns) : IKeyTable
{
    private const int ChunkRows = 1 << 14;

    private readonly List<(int[] Rows, ulong[] Keys)> _chunks = [];

    public int Count { get; private set; }

    public void Add(int row, ReadOnlySpan<ulong> keys)
    {
        if (Count == _chunks.Count * ChunkRows)
        {
            _chunks.Add((new int[ChunkRows], new ulong[ChunkRows * columns]));
        }

        (int[] rows, ulong[] values) = _chunks[^1];
        int at = Count++ % ChunkRows;
        rows[at] = row;
        for (int column = 0; column < columns; column++)
        {
            values[(column * ChunkRows) + at] = keys[column];
        }
    }

    public IEnumerable<int[]> Groups(int column, CancellationToken cancellation)
    {
        var keys = new ulong[Count];
        var rows = new int[Count];
        for (int i = 0; i < Count; i += ChunkRows)
        {
            int length = Math.Min(ChunkRows, Count - i);
            Array.Copy(_chunks[i / ChunkRows].Keys, column * ChunkRows, keys, i, length);
            Array.Copy(_chunks[i / ChunkRows].Rows, 0, rows, i, length);
        }

        cancellation.ThrowIfCancellationRequested();
        Array.Sort(keys, rows);
        for (int start = 0; start < keys.Length;)
        {
            int end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                Array.Sort(rows, start, end - start);
                yield return rows[start..end];
            }

            start = end;
        }
    }

    /// <summary>Hands every row to another table and forgets it.</summary>
    public void MoveTo(IKeyTable other)
    {
        var keys = new ulong[columns];
        for (int i = 0; i < Count; i++)
        {
            (int[] rows, ulong[] values) = _chunks[i / ChunkRows];
            for (int column = 0; column < columns; column++)
            {
                keys[column] = values[(column * ChunkRows) + (i % ChunkRows)];
            }

            other.Add(rows[i % ChunkRows], keys);
        }

        _chunks.Clear();
        Count = 0;
    }
}
