using System.Text;

namespace SlmEdge.Datasets.Rows;

/// <summary>
/// The records of CSV (RFC 4180): a value that begins with a double quote may hold separators, line breaks and doubled quotes; a
/// quote elsewhere is a character. A quote that is never closed costs the line it stands on, not the rest of the file.
/// </summary>
internal sealed class CsvRecordReader : RecordReader
{
    private readonly byte _separator;
    private readonly List<(int Start, int Length, bool Quoted)> _fields = [];

    public CsvRecordReader(Stream stream, char separator, int maxRecordBytes)
        : base(stream, maxRecordBytes)
    {
        _separator = (byte)separator;
        HasByteOrderMark = SkipByteOrderMark();
    }

    public bool HasByteOrderMark { get; }

    public int FieldCount => _fields.Count;

    /// <summary>Whether the record is an empty line.</summary>
    public bool Blank => Record.TrimEnd("\r\n"u8).IsEmpty;

    public override bool Read()
    {
        Fault = null;
        while (true)
        {
            int length = Scan(Pending, out bool complete, out string? fault);
            if (complete && length > 0)
            {
                if (fault is not null)
                {
                    TakeLine(fault);
                    return true;
                }

                Take(length);
                Fault = Record.TrimEnd("\r\n"u8).Length > MaxRecordBytes ? TooLong() : null;
                return true;
            }

            if (Pending.Length <= MaxRecordBytes && Fill())
            {
                continue;
            }

            if (Pending.IsEmpty)
            {
                return false;
            }

            return TakeUnfinished();
        }
    }

    /// <summary>The value of a field of the record, unquoted.</summary>
    public string Field(int index)
    {
        (int start, int length, bool quoted) = _fields[index];
        string value = Encoding.UTF8.GetString(Record.Slice(start, length));
        return quoted ? value.Replace("\"\"", "\"", StringComparison.Ordinal) : value;
    }

    // The end of the data, or more than a record may have.
    private bool TakeUnfinished()
    {
        int length = Scan(Pending, out _, out string? fault, ended: true);
        if (length >= 0 && length <= MaxRecordBytes && fault is null)
        {
            Take(length);
            return true;
        }

        TakeLine(length < 0 ? "a double quote opens a value that is never closed" : fault ?? TooLong());
        return true;
    }

    // Only the line that the record begins on is given up: what stands below it may be in order.
    private void TakeLine(string fault)
    {
        _fields.Clear();
        int newline = Pending.IndexOf((byte)'\n');
        if (newline >= 0)
        {
            Take(newline + 1);
        }
        else
        {
            SkipLine();
        }

        Fault = fault;
    }

    private void SkipLine()
    {
        bool whole = true;
        int newline;
        while ((newline = Pending.IndexOf((byte)'\n')) < 0)
        {
            if (Pending.Length > MaxRecordBytes)
            {
                Start = End;
                whole = false;
            }

            if (!Fill())
            {
                break;
            }
        }

        Take(newline < 0 ? Pending.Length : newline + 1);
        RecordLength = whole ? RecordLength : 0;
    }

    /// <summary>Finds the fields of the first record of <paramref name="data"/>.</summary>
    /// <returns>Its length with the line end; -1 when a quote is still open at the end of the data.</returns>
    private int Scan(ReadOnlySpan<byte> data, out bool complete, out string? fault, bool ended = false)
    {
        _fields.Clear();
        complete = true;
        fault = null;
        int at = 0;
        while (true)
        {
            if (at < data.Length && data[at] == '"')
            {
                int close = ClosingQuote(data, at + 1);
                if (close < 0)
                {
                    complete = false;
                    return -1;
                }

                _fields.Add((at + 1, close - at - 1, true));
                at = close + 1;
                int stop = Stop(data[at..]);
                ReadOnlySpan<byte> behind = stop < 0 ? data[at..] : data.Slice(at, stop);
                if (behind.TrimEnd((byte)'\r').Length > 0)
                {
                    fault = "there is text after a closing double quote; write a quote inside a quoted value twice";
                }

                if (stop < 0)
                {
                    complete = ended;
                    return data.Length;
                }

                at += stop;
            }
            else
            {
                int stop = Stop(data[at..]);
                if (stop < 0)
                {
                    _fields.Add((at, data[at..].TrimEnd((byte)'\r').Length, false));
                    complete = ended;
                    return data.Length;
                }

                ReadOnlySpan<byte> value = data.Slice(at, stop);
                _fields.Add((at, data[at + stop] == '\n' ? value.TrimEnd((byte)'\r').Length : value.Length, false));
                at += stop;
            }

            if (data[at] == '\n')
            {
                return at + 1;
            }

            at++;
        }
    }

    private int Stop(ReadOnlySpan<byte> data) => data.IndexOfAny(_separator, (byte)'\n');

    private static int ClosingQuote(ReadOnlySpan<byte> data, int from)
    {
        while (true)
        {
            int quote = data[from..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return -1;
            }

            from += quote;
            if (from + 1 < data.Length && data[from + 1] == '"')
            {
                from += 2;
                continue;
            }

            return from;
        }
    }

    private string TooLong() => $"the row is longer than {MaxRecordBytes} bytes; look for a double quote that is never closed, or shorten the row";
}
