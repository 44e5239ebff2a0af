namespace SlmEdge.Datasets.Rows;

/// <summary>Some thousand rows that follow each other, with their bytes as they stand in the file.</summary>
internal sealed class RowBatch(JsonRowParser json)
{
    private readonly List<(int Start, int Length, long Row, string? Fault)> _records = [];
    private byte[] _bytes = new byte[1 << 16];
    private DatasetRow?[] _rows = [];

    public int Count => _records.Count;

    public int Bytes { get; private set; }

    /// <summary>A row; parsed when it is first asked for, unless all were before.</summary>
    public DatasetRow this[int index] => _rows[index] ??= _records[index].Fault is { } fault
        ? new DatasetRow { Row = _records[index].Row, Fault = fault }
        : json.Parse(Record(index), _records[index].Row);

    /// <summary>Whether a record is blank, without parsing it.</summary>
    public bool IsBlank(int index) => _rows[index]?.Blank ?? (_records[index].Fault is null && JsonRowParser.IsBlank(Record(index).Span));

    /// <summary>The record of a row with its line end, if it had one.</summary>
    public ReadOnlyMemory<byte> Record(int index) => _bytes.AsMemory(_records[index].Start, _records[index].Length);

    /// <summary>Adds the record that a reader stands at; one of CSV has been parsed already.</summary>
    public void Add(RecordReader reader, DatasetRow? parsed)
    {
        ReadOnlySpan<byte> record = reader.Record;
        if (_bytes.Length - Bytes < record.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Bytes + record.Length));
        }

        if (_rows.Length == Count)
        {
            Array.Resize(ref _rows, Math.Max(64, 2 * Count));
        }

        record.CopyTo(_bytes.AsSpan(Bytes));
        _rows[Count] = parsed;
        _records.Add((Bytes, record.Length, reader.Row, reader.Fault));
        Bytes += record.Length;
    }

    /// <summary>Does something for every row on several threads.</summary>
    public void ForEach(int threads, CancellationToken cancellation, Action<int> work)
    {
        // A small file is done before other threads have woken.
        if (threads == 1 || Count < 256)
        {
            for (int i = 0; i < Count; i++)
            {
                work(i);
            }

            return;
        }

        try
        {
            Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, work);
        }
        catch (AggregateException exception)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
