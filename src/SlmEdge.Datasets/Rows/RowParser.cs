namespace SlmEdge.Datasets.Rows;

/// <summary>Tells from the columns of a record what it is an example of, and takes its texts.</summary>
internal abstract class RowParser(DatasetOptions options)
{
    private static readonly string[] Turns = ["system", "user", "assistant", "tool", "function"];

    protected DatasetOptions Options => options;

    protected static bool IsRole(string role) => Array.IndexOf(Turns, role) >= 0;

    protected static DatasetRow Bad(long row, string fault, string columns = "") => new() { Row = row, Fault = fault, Columns = columns };

    protected DatasetRow Labelled(long row, string text, string? label, string? group, string columns, bool several = false)
    {
        label = label?.Trim();
        return new DatasetRow
        {
            Row = row,
            Kind = RowKind.LabelledText,
            Text = text,
            Label = label,
            SeveralLabels = several,
            Group = group,
            Segments = label is null ? [new(text, false)] : [new(text, false), new(label, true)],
            Columns = columns,
        };
    }

    protected static DatasetRow Other(long row, RowKind kind, IReadOnlyList<RowSegment> segments, string? group, string columns) => new()
    {
        Row = row,
        Kind = kind,
        Text = string.Join('\n', segments.Where(segment => segment.Text.Length > 0).Select(segment => segment.Text)),
        Group = group,
        Segments = segments,
        Columns = columns,
    };

    protected string NoKnownColumn(IEnumerable<string> columns) =>
        $"there is no column '{options.TextColumn}', 'output', 'messages' or 'chosen'; the columns are: {string.Join(", ", columns)}. Name the right one with --text-column";
}
