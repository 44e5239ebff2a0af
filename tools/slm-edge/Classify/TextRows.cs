using System.Text.Json;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary>Reads the texts of an input, row by row and strictly: what cannot be a text is an error that names its row.</summary>
internal static class TextRows
{
    public static IEnumerable<TextRow> Read(Stream stream, string name, InputFormat format, int maxLineBytes)
    {
        var plain = format == InputFormat.Text || (format == InputFormat.Auto && name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase));
        return plain ? PlainTextRows.Read(stream, name, maxLineBytes) : ReadJson(stream, name, maxLineBytes);
    }

    private static IEnumerable<TextRow> ReadJson(Stream stream, string name, int maxLineBytes)
    {
        foreach (var line in JsonLinesReader.Read(stream, name, new JsonLinesLimits { MaxLineBytes = maxLineBytes }))
        {
            yield return new TextRow(line.Row, Text(line, name));
        }
    }

    private static string Text(JsonLine line, string name)
    {
        var value = line.Value;
        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("text", out value))
        {
            var there = string.Join(", ", line.Value.EnumerateObject().Select(property => property.Name));
            throw new DataFormatException(name, line.Row, $"the row has no 'text'; it has {(there.Length == 0 ? "nothing" : there)}");
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new DataFormatException(
                name, line.Row, "the row has to be a string or an object whose 'text' is a string; for plain text give --format text");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new DataFormatException(name, line.Row, "the text holds half of a surrogate pair; remove it", error);
        }
    }
}
