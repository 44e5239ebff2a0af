using System.Text.Json;
using System.Text.Unicode;

namespace SlmEdge.Formats;

/// <summary>
/// Parses JSON that came from elsewhere. What it returns can be walked without further exceptions of encoding: the bytes are valid
/// UTF-8, no property stands twice, and no string holds half a surrogate pair (System.Text.Json reports those only when the string is read,
/// with another exception type).
/// </summary>
internal static class BoundedJson
{
    /// <exception cref="JsonException">The bytes are not one JSON value, or break one of the rules above.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, int maxDepth = 64)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new JsonException("The text is not valid UTF-8.");
        }

        var options = new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false };
        JsonElement root;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, options);
            root = document.RootElement.Clone();
            if (utf8.Span.IndexOf("\\u"u8) >= 0)
            {
                CheckStrings(root);
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string holds half a surrogate pair.", exception);
        }

        return root;
    }

    /// <summary>Reads a model's JSON file.</summary>
    /// <exception cref="ModelFormatException">The file is larger than <paramref name="maxBytes"/> or is not JSON.</exception>
    public static JsonElement ReadFile(string path, long maxBytes) => ParseModelFile(ReadBytes(path, maxBytes), path);

    public static byte[] ReadBytes(string path, long maxBytes)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        if (stream.Length > maxBytes)
        {
            throw new ModelFormatException($"the file has {stream.Length} bytes, more than the {maxBytes} that such a file may have", path);
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static JsonElement ParseModelFile(ReadOnlyMemory<byte> utf8, string? file, int maxDepth = 64)
    {
        try
        {
            return Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8, maxDepth);
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException($"not valid JSON: {exception.Message}", file, inner: exception);
        }
    }

    private static void CheckStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckStrings(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    CheckStrings(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            default:
                break;
        }
    }
}
