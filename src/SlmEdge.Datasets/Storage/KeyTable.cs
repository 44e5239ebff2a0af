using System.Runtime.InteropServices;
using SlmEdge.Datasets.Rows;

namespace SlmEdge.Datasets.Storage;

/// <summary>
/// Rows with a fixed number of 64-bit keys each, asked which rows share a key. Columns stand in chunks, in memory while they are few and
/// beyond that in a temporary file that vanishes with the process. A column is sorted when it is asked for, in as many ranges of its keys
/// as the memory wants; keys are hashes, so ranges are equally full. One column is gone through at a time.
/// </summary>
internal sealed class KeyTable : IDisposable
{
    private const int MostChunkRows = 1 << 14;
    private const int SortedBytes = sizeof(ulong) + sizeof(int);

    private readonly int _columns;
    private readonly string _folder;
    private readonly int _chunkRows;
    private readonly int _mostChunks;
    private readonly long _sortBytes;
    private readonly List<Chunk> _chunks = [];
    private TemporaryFile? _file;
    private int _spilled;
    private int _count;

    // What is being sorted. Kept from column to column: arrays of this size would wait long for the collector.
    private ulong[] _keys = [];
    private int[] _rows = [];

    /// <param name="columns">Keys of each row.</param>
    /// <param name="options">Memory, a quarter of which chunks may take and as much what is sorted, and where to go beyond it.</param>
    public KeyTable(int columns, DatasetOptions options)
    {
        (_columns, _folder, _sortBytes) = (columns, options.TemporaryFolder, Math.Max(1, options.MemoryBytes / 4));
        long rows = options.MemoryBytes / 4 / ((sizeof(ulong) * columns) + sizeof(int));
        _chunkRows = (int)Math.Clamp(rows, 1, MostChunkRows);
        _mostChunks = (int)Math.Clamp(rows / _chunkRows, 1, int.MaxValue);
    }

    /// <summary>Whether some rows have gone to the disk.</summary>
    public bool OnDisk => _spilled > 0;

    private long ChunkBytes => (long)_chunkRows * ((sizeof(ulong) * _columns) + sizeof(int));

    /// <summary>Adds a row.</summary>
    /// <param name="row">Its number, larger than those before.</param>
    /// <param name="keys">One key for each column.</param>
    /// <exception cref="DatasetException">The disk is full.</exception>
    public void Add(int row, ReadOnlySpan<ulong> keys)
    {
        int at = _count % _chunkRows;
        if (at == 0)
        {
            MakeChunk();
        }

        Chunk chunk = _chunks[^1];
        chunk.Rows[at] = row;
        for (int column = 0; column < _columns; column++)
        {
            chunk.Keys[(column * _chunkRows) + at] = keys[column];
        }

        _count++;
    }

    /// <summary>The rows of every key of a column that stands in two rows or more: keys ascending, rows ascending.</summary>
    /// <param name="column">Which.</param>
    /// <param name="wanted">The rows to look at; null for all. Asked before anything is sorted, so leaving out many makes it faster.</param>
    /// <param name="required">Only groups with one of these rows; null for all. Few of them make it much faster.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IEnumerable<int[]> Groups(int column, Predicate<int>? wanted, Predicate<int>? required, CancellationToken cancellation)
    {
        HashSet<ulong>? among = required is null ? null : KeysOf(column, required, cancellation);
        if (among?.Count == 0)
        {
            yield break;
        }

        ulong ranges = 1 + (ulong)(_count * (long)SortedBytes / _sortBytes);
        for (ulong range = 0; range < ranges; range++)
        {
            int count = Collect(column, range, ranges, wanted, among, cancellation);
            (ulong[] keys, int[] rows) = (_keys, _rows);
            Array.Sort(keys, rows, 0, count);
            for (int start = 0; start < count;)
            {
                int end = start + 1;
                while (end < count && keys[end] == keys[start])
                {
                    end++;
                }

                if (end - start > 1)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Array.Sort(rows, start, end - start);
                    yield return rows[start..end];
                }

                start = end;
            }
        }
    }

    public void Dispose() => _file?.Dispose();

    private int Collect(int column, ulong range, ulong ranges, Predicate<int>? wanted, HashSet<ulong>? among, CancellationToken cancellation)
    {
        // A little more than an equal share, so that growing is the exception.
        Grow(among is null ? (long)(1.05 * _count / ranges) + 1024 : 1024);
        int count = 0;
        foreach ((ReadOnlyMemory<int> chunkRows, ReadOnlyMemory<ulong> chunkKeys) in Read(column, cancellation))
        {
            ReadOnlySpan<int> someRows = chunkRows.Span;
            ReadOnlySpan<ulong> someKeys = chunkKeys.Span;
            for (int i = 0; i < someKeys.Length; i++)
            {
                ulong key = someKeys[i];
                if (Math.BigMul(key, ranges, out _) != range || (among is not null && !among.Contains(key)) || (wanted is not null && !wanted(someRows[i])))
                {
                    continue;
                }

                if (count == _keys.Length)
                {
                    Grow(2L * count);
                }

                _keys[count] = key;
                _rows[count++] = someRows[i];
            }
        }

        return count;
    }

    private void Grow(long length)
    {
        int most = (int)Math.Min(_count, length);
        if (most > _keys.Length)
        {
            Array.Resize(ref _keys, most);
            Array.Resize(ref _rows, most);
        }
    }

    private HashSet<ulong> KeysOf(int column, Predicate<int> required, CancellationToken cancellation)
    {
        var keys = new HashSet<ulong>();
        foreach ((ReadOnlyMemory<int> rows, ReadOnlyMemory<ulong> values) in Read(column, cancellation))
        {
            for (int i = 0; i < rows.Length; i++)
            {
                if (required(rows.Span[i]))
                {
                    keys.Add(values.Span[i]);
                }
            }
        }

        return keys;
    }

    // The memory handed out is good until the next chunk is asked for.
    private IEnumerable<(ReadOnlyMemory<int> Rows, ReadOnlyMemory<ulong> Keys)> Read(int column, CancellationToken cancellation)
    {
        int[] rows = new int[OnDisk ? _chunkRows : 0];
        var keys = new ulong[rows.Length];
        for (int chunk = 0; chunk < _spilled; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            _file!.Read(MemoryMarshal.AsBytes(rows.AsSpan()), chunk * ChunkBytes);
            _file!.Read(MemoryMarshal.AsBytes(keys.AsSpan()), (chunk * ChunkBytes) + (sizeof(int) * (long)_chunkRows) + (sizeof(ulong) * (long)column * _chunkRows));
            yield return (rows, keys);
        }

        int left = _count - (_spilled * _chunkRows);
        foreach (Chunk chunk in _chunks)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = Math.Min(left, _chunkRows);
            yield return (chunk.Rows.AsMemory(0, length), chunk.Keys.AsMemory(column * _chunkRows, length));
            left -= length;
        }
    }

    private void MakeChunk()
    {
        if (_chunks.Count < _mostChunks)
        {
            _chunks.Add(new Chunk(new int[_chunkRows], new ulong[_chunkRows * _columns]));
            return;
        }

        // The oldest goes out and its arrays come in again: rows stay in order, and memory at what it was.
        Chunk oldest = _chunks[0];
        _file ??= new TemporaryFile(_folder);
        _file.Write(MemoryMarshal.AsBytes(oldest.Rows.AsSpan()));
        _file.Write(MemoryMarshal.AsBytes(oldest.Keys.AsSpan()));
        _spilled++;
        _chunks.RemoveAt(0);
        _chunks.Add(oldest);
    }

    private sealed record Chunk(int[] Rows, ulong[] Keys);
}
