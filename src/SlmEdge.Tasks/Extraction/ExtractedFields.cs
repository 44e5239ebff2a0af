using System.Text.Json;

namespace SlmEdge.Tasks.Extraction;

/// <summary>Finds the strings of an extracted document in the text that they were taken from.</summary>
public static class ExtractedFields
{
    /// <summary>The spans of all strings of a document, in its order. Strings are compared character by character; empty ones are found nowhere.</summary>
    /// <param name="document">The document.</param>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<FieldSpan> Locate(JsonElement document, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spans = new List<FieldSpan>();
        Collect(document, "", text, spans);
        return spans;
    }

    private static void Collect(JsonElement value, string path, string text, List<FieldSpan> spans)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Collect(property.Value, $"{path}/{property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", text, spans);
                }

                break;
            case JsonValueKind.Array:
                int i = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Collect(item, $"{path}/{i++}", text, spans);
                }

                break;
            case JsonValueKind.String:
                spans.Add(Locate(path, value.GetString()!, text));
                break;
            default:
                break;
        }
    }

    private static FieldSpan Locate(string path, string value, string text)
    {
        int count = 0;
        int? first = null;
        for (int at = 0; value.Length > 0 && (at = text.IndexOf(value, at, StringComparison.Ordinal)) >= 0; at++)
        {
            first ??= at;
            count++;
        }

        return new FieldSpan(path, value, first, first is null ? 0 : value.Length, count);
    }
}
