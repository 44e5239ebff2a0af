using System.Text.Json;
using System.Text.Unicode;

namespace SlmEdge.Formats.JsonLines;

/// <summary>
/// Reads JSON Lines: one JSON value per row, UTF-8, rows ended by LF or CR LF; blank rows are skipped, a byte-order mark at the
/// start is ignored. Rows are read one at a time, so the file's size does not matter.
/// </summary>
public static class JsonLinesReader
{
    /// <summary>Reads a file lazily.</summary>
    /// <exception cref="DataFormatException">A row is too long, not UTF-8 or not JSON.</exception>
    public static IEnumerable<JsonLine> Read(string path, JsonLinesLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFile(path, limits ?? new JsonLinesLimits());
    }

    /// <summary>Reads a stream lazily; the stream is not closed.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">How errors call it.</param>
    /// <param name="limits">Limits, or null for the defaults.</param>
    /// <exception cref="DataFormatException">A row is too long, not UTF-8 or not JSON.</exception>
    public static IEnumerable<JsonLine> Read(Stream stream, string name, JsonLinesLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return ReadStream(stream, name, limits ?? new JsonLinesLimits());
    }

    private static IEnumerable<JsonLine> ReadFile(string path, JsonLinesLimits limits)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        foreach (JsonLine line in ReadStream(stream, path, limits))
        {
            yield return line;
        }
    }

    private static IEnumerable<JsonLine> ReadStream(Stream stream, string name, JsonLinesLimits limits)
    {
        byte[] buffer = new byte[64 * 1024];
        int start = 0;
        int end = 0;
        int searched = 0;
        long row = 0;
        bool ended = false;
        while (true)
        {
            int newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            int length = newline >= 0 ? searched + newline - start : end - start;

            // Two bytes of grace: a row of exactly the limit may still carry its CR.
            if (length > (long)limits.MaxLineBytes + 1)
            {
                throw TooLong(name, row + 1, limits);
            }

            if (newline >= 0 || (ended && length > 0))
            {
                row++;
                if (Parse(buffer.AsMemory(start, length), name, row, limits) is { } value)
                {
                    yield return new JsonLine(row, value);
                }

                start += length + (newline >= 0 ? 1 : 0);
                searched = start;
                continue;
            }

            if (ended)
            {
                yield break;
            }

            searched = end;
            if (end == buffer.Length)
            {
                if (start > 0)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    end -= start;
                    searched -= start;
                    start = 0;
                }
                else
                {
                    Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, (long)limits.MaxLineBytes + (64 * 1024)));
                }
            }

            int read = stream.Read(buffer, end, buffer.Length - end);
            ended = read == 0;
            end += read;
        }
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> line, string name, long row, JsonLinesLimits limits)
    {
        if (row == 1 && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        if (line.Span.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        if (line.Length > limits.MaxLineBytes)
        {
            throw TooLong(name, row, limits);
        }

        if (line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
        {
            return null;
        }

        if (!Utf8.IsValid(line.Span))
        {
            throw new DataFormatException(name, row, "the row is not valid UTF-8; save the file as UTF-8");
        }

        try
        {
            return BoundedJson.Parse(line, limits.MaxDepth);
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(name, row, $"the row is not a JSON value: {exception.Message}", exception);
        }
    }

    private static DataFormatException TooLong(string name, long row, JsonLinesLimits limits) =>
        new(name, row, $"the row is longer than {limits.MaxLineBytes} bytes; split or shorten it, or raise the limit");
}
