using System.Text.Json;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>Opens a data file as rows with named columns: JSON Lines, or CSV with a header.</summary>
internal static class DataRows
{
    /// <summary>Reads a file lazily. Files that end in .jsonl, .ndjson, .csv or .tsv are what they say; others are looked at.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxRowBytes">Most bytes of a row.</param>
    /// <param name="columns">Columns that will be asked for; in CSV they decide what the separator is.</param>
    /// <exception cref="DataFormatException">The file cannot be read, or a row is malformed.</exception>
    public static IEnumerable<DataRow> Read(string path, int maxRowBytes, params IReadOnlyList<string> columns)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return IsCsv(path) ? CsvTable.Read(path, maxRowBytes, columns) : ReadJson(path, maxRowBytes);
    }

    private static IEnumerable<DataRow> ReadJson(string path, int maxRowBytes)
    {
        foreach (JsonLine line in JsonLinesReader.Read(path, new JsonLinesLimits { MaxLineBytes = maxRowBytes }))
        {
            if (line.Value.ValueKind != JsonValueKind.Object)
            {
                throw new DataFormatException(path, line.Row, line.Value.ValueKind == JsonValueKind.Array
                    ? "the row is a JSON array; write one object on each line (JSON Lines), such as {\"text\": \"…\", \"label\": \"…\"}"
                    : $"the row has to be a JSON object, not a {line.Value.ValueKind.ToString().ToLowerInvariant()}");
            }

            yield return new JsonDataRow(path, line.Row, line.Value);
        }
    }

    private static bool IsCsv(string path)
    {
        Span<byte> head = stackalloc byte[256];
        try
        {
            using FileStream stream = File.OpenRead(path);
            head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(path, null, $"cannot be read: {e.Message}", e);
        }

        if (head.StartsWith("PK\x03\x04"u8))
        {
            throw new DataFormatException(path, null, "is a zip archive or a spreadsheet; save the sheet as 'CSV UTF-8' and give that file");
        }

        string extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension is ".csv" or ".tsv" or ".jsonl" or ".ndjson")
        {
            return extension is ".csv" or ".tsv";
        }

        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        int first = head.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && head[first] is not ((byte)'{' or (byte)'[');
    }
}
