namespace SlmEdge.Datasets.Rows;

/// <summary>Row numbers of the records of a file by their order: the header of CSV is row 1, and blank lines count.</summary>
internal readonly struct RowNumbers(DatasetFile file)
{
    private readonly int _first = file.Format == RecordFormat.Csv ? 2 : 1;

    /// <summary>The row of the record with this number, counted from 0.</summary>
    public long this[int record] => _first + record;
}
