using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Jobs;

/// <summary>Reads JSON Lines from a request as they come: each an object with <c>text</c>, or a string. Blank lines are skipped.</summary>
internal static class JobLines
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <exception cref="HttpProblem">A line is too long, no JSON, or has no text; it names the line.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(PipeReader reader, int maxLineBytes, [EnumeratorCancellation] CancellationToken ct)
    {
        var line = 0L;
        while (true)
        {
            var read = await reader.ReadAsync(ct).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (TryTake(ref buffer, read.IsCompleted, out var bytes))
            {
                line++;
                if (bytes.Length > maxLineBytes)
                {
                    throw TooLong(line, maxLineBytes);
                }

                if (Parse(bytes, line) is { } text)
                {
                    yield return text;
                }
            }

            if (buffer.Length > maxLineBytes)
            {
                throw TooLong(line + 1, maxLineBytes);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, bool ended, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } newline)
        {
            line = buffer.Slice(0, newline);
            buffer = buffer.Slice(buffer.GetPosition(1, newline));
            return true;
        }

        line = buffer;
        if (ended && !buffer.IsEmpty)
        {
            buffer = buffer.Slice(buffer.End);
            return true;
        }

        return false;
    }

    private static string? Parse(ReadOnlySequence<byte> bytes, long line)
    {
        if (IsBlank(bytes))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            var value = document.RootElement;
            if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("text", out value))
            {
                throw HttpProblem.Bad("missing-field", "Missing field", $"Line {line} has no 'text'.");
            }

            return value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : throw HttpProblem.Bad("wrong-shape", "Wrong shape", $"Line {line} has to be a string or an object whose 'text' is a string, not {value.NameOfKind()}.");
        }
        catch (JsonException error)
        {
            throw HttpProblem.Bad("malformed-json", "Malformed JSON", $"Line {line} is not JSON: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            throw HttpProblem.Bad("not-unicode", "Not Unicode", $"Line {line} holds text that is not valid Unicode: {error.Message}");
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
        {
            if (part.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r'))
            {
                return false;
            }
        }

        return true;
    }

    private static HttpProblem TooLong(long line, int most) =>
        new(413, "line-too-long", "Line too long", $"Line {line} is longer than {most} bytes; split or shorten it.");
}
