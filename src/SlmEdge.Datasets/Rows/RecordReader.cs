namespace SlmEdge.Datasets.Rows;

/// <summary>
/// Takes a stream apart into records and gives their bytes as they are. A record that cannot be one is reported as
/// such, and reading goes on behind it: a check has to see every bad row, where the trainer stops at the first.
/// </summary>
internal abstract class RecordReader(Stream stream, int maxRecordBytes) : IDisposable
{
    private const int ReadAhead = 256 * 1024;

    private byte[] _buffer = new byte[2 * ReadAhead];
    private bool _ended;

    /// <summary>The record with its line end; valid until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(RecordStart, RecordLength);

    /// <summary>The row of the record, counted from 1.</summary>
    public long Row { get; protected set; }

    /// <summary>Why the record cannot be used, or null.</summary>
    public string? Fault { get; protected set; }

    /// <summary>Bytes read so far, of the uncompressed stream.</summary>
    public long Position { get; private set; }

    protected int MaxRecordBytes => maxRecordBytes;

    protected int RecordStart { get; set; }

    protected int RecordLength { get; set; }

    /// <summary>The bytes that were read and not yet given out.</summary>
    protected ReadOnlySpan<byte> Pending => _buffer.AsSpan(Start, End - Start);

    /// <summary>The first byte not yet given out.</summary>
    protected int Start { get; set; }

    protected int End { get; private set; }

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end.</returns>
    public abstract bool Read();

    public void Dispose() => stream.Dispose();

    /// <summary>Reads more behind <see cref="Pending"/>, which may move in memory.</summary>
    /// <returns>False at the end of the stream.</returns>
    protected bool Fill()
    {
        if (_ended)
        {
            return false;
        }

        if (_buffer.Length - End < ReadAhead)
        {
            Span<byte> pending = _buffer.AsSpan(Start, End - Start);
            if (pending.Length + ReadAhead > _buffer.Length)
            {
                var larger = new byte[Math.Max(2 * _buffer.Length, pending.Length + ReadAhead)];
                pending.CopyTo(larger);
                _buffer = larger;
            }
            else
            {
                pending.CopyTo(_buffer);
            }

            (Start, End) = (0, pending.Length);
        }

        int read = stream.Read(_buffer, End, _buffer.Length - End);
        _ended = read == 0;
        End += read;
        Position += read;
        return read > 0;
    }

    /// <summary>Gives out the next <paramref name="length"/> pending bytes as the record.</summary>
    protected void Take(int length)
    {
        (RecordStart, RecordLength) = (Start, length);
        Start += length;
        Row++;
    }

    /// <summary>The byte-order mark of UTF-8 at the start of the stream belongs to no record.</summary>
    protected bool SkipByteOrderMark()
    {
        while (End - Start < 3 && Fill())
        {
        }

        if (!Pending.StartsWith("\uFEFF"u8))
        {
            return false;
        }

        Start += 3;
        return true;
    }
}
