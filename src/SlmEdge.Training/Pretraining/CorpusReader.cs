using System.IO.Compression;
using System.Text;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Training.Pretraining;

/// <summary>
/// Documents of a pre-training corpus: plain text with documents separated by a line <c>&lt;|doc|&gt;</c>, or JSON Lines with a
/// <c>text</c> field; either may be gzip-compressed (<c>.gz</c>).
/// </summary>
public static class CorpusReader
{
    /// <summary>The line that separates documents in a text file.</summary>
    public const string Separator = "<|doc|>";

    /// <summary>Streams the documents of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataFormatException">The file is not UTF-8, or a JSON line has no text.</exception>
    public static IEnumerable<string> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var plain = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
        return plain.EndsWith(".jsonl", StringComparison.Ordinal) ? ReadJsonLines(path) : ReadText(path);
    }

    private static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static IEnumerable<string> ReadJsonLines(string path)
    {
        using var stream = Open(path);
        foreach (var line in JsonLinesReader.Read(stream, path))
        {
            if (line.Value.ValueKind != System.Text.Json.JsonValueKind.Object || !line.Value.TryGetProperty("text", out var text))
            {
                throw new DataFormatException(path, line.Row, "The row has no \"text\" field.");
            }

            yield return text.GetString() ?? string.Empty;
        }
    }

    private static IEnumerable<string> ReadText(string path)
    {
        using var reader = new StreamReader(Open(path), new UTF8Encoding(false, throwOnInvalidBytes: true));
        var document = new StringBuilder();
        while (NextLine(reader, path) is { } line)
        {
            if (line != Separator)
            {
                document.Append(line).Append('\n');
                continue;
            }

            if (document.Length > 0)
            {
                yield return document.ToString().TrimEnd('\n');
                document.Clear();
            }
        }

        if (document.Length > 0)
        {
            yield return document.ToString().TrimEnd('\n');
        }
    }

    private static string? NextLine(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new DataFormatException(path, null, $"The file is not valid UTF-8: {e.Message}");
        }
        catch (InvalidDataException e)
        {
            throw new DataFormatException(path, null, $"The file is not a readable gzip stream: {e.Message}");
        }
    }
}
