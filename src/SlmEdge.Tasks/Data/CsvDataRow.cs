namespace SlmEdge.Tasks.Data;

/// <summary>A record of a CSV file.</summary>
internal sealed class CsvDataRow(string file, long row, string[] header, string[] values) : DataRow(file, row)
{
    public override IEnumerable<string> Columns => header;

    public override string? Find(string column)
    {
        int index = Array.IndexOf(header, column);
        return index < 0 ? null : values[index];
    }
}
