namespace SlmEdge.Datasets.Rows;

/// <summary>A row as far as it could be read.</summary>
public sealed class DatasetRow
{
    /// <summary>What stands between two of <see cref="Columns"/>: a character that no name has.</summary>
    internal const char ColumnSeparator = '\u001F';

    /// <summary>The row in its file as the trainer counts: the line in JSON Lines; the record in CSV, whose header is row 1.</summary>
    public required long Row { get; init; }

    /// <summary>Why the row cannot be used, or null. Nothing else is set when it is not null, except <see cref="Columns"/> where there are any.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether the row is blank, which every reader passes over.</summary>
    public bool Blank { get; init; }

    /// <summary>What the row is an example of.</summary>
    public RowKind Kind { get; init; }

    /// <summary>The text that is compared with others: a labelled row's text; all segments of another row, one on each line.</summary>
    public string Text { get; init; } = "";

    /// <summary>The label, without white space at its ends; null when the row has no such column. Of a row with several labels, all with a separator between them.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the row names its labels in a list.</summary>
    public bool SeveralLabels { get; init; }

    /// <summary>The value of the group column, or null.</summary>
    public string? Group { get; init; }

    /// <summary>What a model reads, in order.</summary>
    public IReadOnlyList<RowSegment> Segments { get; init; } = [];

    /// <summary>The names and types of the columns, such as <c>text:string</c>, in the order of their names, separated by <see cref="ColumnSeparator"/>.</summary>
    public string Columns { get; init; } = "";
}
