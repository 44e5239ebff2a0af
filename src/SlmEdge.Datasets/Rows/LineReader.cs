namespace SlmEdge.Datasets.Rows;

/// <summary>The records of JSON Lines: lines that end in LF or CR LF.</summary>
internal sealed class LineReader : RecordReader
{
    public LineReader(Stream stream, int maxRecordBytes)
        : base(stream, maxRecordBytes) => HasByteOrderMark = SkipByteOrderMark();

    public bool HasByteOrderMark { get; }

    public override bool Read()
    {
        Fault = null;
        int searched = 0;
        while (true)
        {
            int newline = Pending[searched..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Take(searched + newline + 1);
                CheckLength();
                return true;
            }

            searched = Pending.Length;
            if (searched > MaxRecordBytes + 1)
            {
                return SkipLongLine();
            }

            if (!Fill())
            {
                if (Pending.IsEmpty)
                {
                    return false;
                }

                Take(Pending.Length);
                CheckLength();
                return true;
            }
        }
    }

    private void CheckLength()
    {
        if (Record.TrimEnd("\r\n"u8).Length > MaxRecordBytes)
        {
            Fault = TooLong();
        }
    }

    // The line is not kept: it may be the rest of a file of any size.
    private bool SkipLongLine()
    {
        int newline;
        while ((newline = Pending.IndexOf((byte)'\n')) < 0)
        {
            Start = End;
            if (!Fill())
            {
                break;
            }
        }

        Take(newline < 0 ? 0 : newline + 1);
        RecordLength = 0;
        Fault = TooLong();
        return true;
    }

    private string TooLong() => $"the row is longer than {MaxRecordBytes} bytes; split or shorten it";
}
