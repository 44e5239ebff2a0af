using System.Buffers;
using System.Text;
using System.Text.Json;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Jobs;

/// <summary>The lines of a job's results: what <c>slm-edge</c> writes for a row, or its error.</summary>
internal static class JobResults
{
    /// <summary>One line, with its end.</summary>
    public static string Line(long row, string text, string? result, string? error)
    {
        if (result is not null)
        {
            return result + "\n";
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteNumber("row", row);
            json.WriteString("error", error);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
