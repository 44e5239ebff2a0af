namespace SlmEdge.Datasets.Rows;

/// <summary>Some thousand rows that follow each other, with their bytes as they stand in the file.</summary>
internal sealed class RowBatch
{
    private readonly List<(int Start, int Length, long Row, string? Fault)> _records = [];
    private byte[] _bytes = new byte[1 << 16];
    private DatasetRow?[] _rows = [];

    public int Count => _records.Count;

    public int Bytes { get; private set; }

    public DatasetRow this[int index] => _rows[index]!;

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

    public void Parse(JsonRowParser json, int threads, CancellationToken cancellation) => ForEach(threads, cancellation, i =>
        _rows[i] ??= _records[i].Fault is { } fault ? new DatasetRow { Row = _records[i].Row, Fault = fault } : json.Parse(Record(i), _records[i].Row));

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
