using System.Text;

namespace SlmEdge.Datasets.Storage;

/// <summary>Texts by row number: in memory while they are few, beyond that in a temporary file that vanishes with the process.</summary>
internal sealed class TextSpool(string folder, int memoryBytes = 64 << 20) : IDisposable
{
    private const int ChunkRows = 1 << 16;

    // Where each row's text ends; a list of chunks never has to be copied when it grows.
    private readonly List<long[]> _ends = [];
    private byte[] _pending = new byte[1 << 16];
    private int _pendingLength;
    private long _flushed;
    private TemporaryFile? _file;

    /// <summary>Rows so far, with and without a text.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the text of a row; rows come in ascending order, those left out have an empty text.</summary>
    public void Add(int row, string text)
    {
        while (Count < row)
        {
            End(Count++) = _flushed + _pendingLength;
        }

        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_pending.Length - _pendingLength < most)
        {
            MakeRoom(most);
        }

        _pendingLength += Encoding.UTF8.GetBytes(text, _pending.AsSpan(_pendingLength));
        End(Count++) = _flushed + _pendingLength;
    }

    /// <summary>The text of a row. Safe from several threads once nothing is added any more.</summary>
    public string Read(int row)
    {
        long start = row == 0 ? 0 : End(row - 1);
        int length = (int)(End(row) - start);
        if (start >= _flushed)
        {
            return Encoding.UTF8.GetString(_pending, (int)(start - _flushed), length);
        }

        byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _file!.Read(rented.AsSpan(0, length), start);
            return Encoding.UTF8.GetString(rented, 0, length);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Length of a row's text in bytes of UTF-8.</summary>
    public int ByteLength(int row) => (int)(End(row) - (row == 0 ? 0 : End(row - 1)));

    public void Dispose() => _file?.Dispose();

    private ref long End(int row)
    {
        if (row / ChunkRows == _ends.Count)
        {
            _ends.Add(new long[ChunkRows]);
        }

        return ref _ends[row / ChunkRows][row % ChunkRows];
    }

    private void MakeRoom(int most)
    {
        if (_pendingLength + most <= memoryBytes)
        {
            Array.Resize(ref _pending, Math.Min(Math.Max(2 * _pending.Length, _pendingLength + most), Math.Max(memoryBytes, most)));
            return;
        }

        _file ??= new TemporaryFile(folder);
        _file.Write(_pending.AsSpan(0, _pendingLength));
        _flushed += _pendingLength;
        _pendingLength = 0;
        if (_pending.Length < most)
        {
            _pending = new byte[most];
        }
    }
}
