using System.Text.Unicode;

namespace SlmEdge.Datasets.Rows;

/// <summary>Rows of CSV, whose header says what every row is.</summary>
internal sealed class CsvRowParser : RowParser
{
    private readonly string[] _header;
    private readonly string _columns;
    private readonly int _text;
    private readonly int _label;
    private readonly int _group;
    private readonly int _output;
    private readonly int _chosen;

    public CsvRowParser(string[] header, DatasetOptions options)
        : base(options)
    {
        _header = header;
        _columns = string.Join(DatasetRow.ColumnSeparator, header.Order(StringComparer.Ordinal).Select(name => name + ":string"));
        _text = Array.IndexOf(header, options.TextColumn);
        _label = Array.IndexOf(header, options.LabelColumn);
        _group = options.GroupColumn is { } group ? Array.IndexOf(header, group) : -1;
        _output = Array.IndexOf(header, "output");
        _chosen = Array.IndexOf(header, "chosen");
    }

    public DatasetRow Parse(CsvRecordReader reader)
    {
        // The header is row 1, as a spreadsheet counts.
        long row = reader.Row;
        if (reader.Fault is { } fault)
        {
            return Bad(row, fault);
        }

        if (reader.Blank)
        {
            return new DatasetRow { Row = row, Blank = true };
        }

        if (!Utf8.IsValid(reader.Record))
        {
            return Bad(row, "the row is not valid UTF-8; save the file as UTF-8");
        }

        if (reader.FieldCount != _header.Length)
        {
            return Bad(row, $"has {reader.FieldCount} columns where the header has {_header.Length}; put values that contain the separator or a line break in double quotes");
        }

        string? group = Value(reader, _group);
        if (_text >= 0)
        {
            return Labelled(row, reader.Field(_text), Value(reader, _label), group, _columns);
        }

        if (_output >= 0)
        {
            return Other(row, RowKind.Instruction, [new(Named(reader, "instruction"), false), new(Named(reader, "input"), false), new(reader.Field(_output), true)], group, _columns);
        }

        return _chosen >= 0
            ? Other(row, RowKind.Preference, [new(Named(reader, "prompt"), false), new(reader.Field(_chosen), true), new(Named(reader, "rejected"), true)], group, _columns)
            : Bad(row, NoKnownColumn(_header), _columns);
    }

    private static string? Value(CsvRecordReader reader, int column) => column < 0 ? null : reader.Field(column);

    private string Named(CsvRecordReader reader, string column) => Value(reader, Array.IndexOf(_header, column)) ?? "";
}
