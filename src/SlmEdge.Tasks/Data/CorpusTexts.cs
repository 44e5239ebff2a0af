using System.Text.Json;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>All texts of a file of rows, whatever the rows are: every string of every JSON row, every cell of a CSV, every line of a <c>.txt</c>.</summary>
public static class CorpusTexts
{
    /// <summary>Reads the texts.</summary>
    /// <param name="path">A <c>.jsonl</c>, <c>.csv</c> or <c>.txt</c> file.</param>
    /// <exception cref="DataFormatException">A row is malformed, or there is no text at all.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<string> texts =
            path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) ? [.. File.ReadLines(path)]
            : path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? [.. CsvTable.Read(path, new ReaderOptions().MaxRowBytes, [new ReaderOptions().TextColumn]).SelectMany(row => row.Columns.Select(column => row.Find(column) ?? ""))]
            : [.. JsonLinesReader.Read(path).SelectMany(line => Strings(line.Value))];
        texts.RemoveAll(string.IsNullOrWhiteSpace);
        return texts.Count > 0 ? texts : throw new DataFormatException(path, null, "There is no text in it.");
    }

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(field => Strings(field.Value)),
        _ => [],
    };
}
