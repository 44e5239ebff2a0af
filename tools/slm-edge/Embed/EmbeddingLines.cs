using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Runtime.Embeddings;

namespace SlmEdge.Tools.Edge.Embed;

/// <summary>Writes one JSON line per vector, each in one piece.</summary>
internal sealed class EmbeddingLines(Stream output) : IDisposable
{
    private readonly ArrayBufferWriter<byte> line = new(16_384);
    private readonly Utf8JsonWriter json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public long Count { get; private set; }

    public void Write(EmbeddedText embedded)
    {
        line.ResetWrittenCount();
        json.Reset(line);
        json.WriteStartObject();
        json.WriteString("text", embedded.Text);
        json.WriteStartArray("embedding");
        foreach (var value in embedded.Vector.Span)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        if (embedded.IsTruncated)
        {
            json.WriteBoolean("truncated", true);
        }

        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        output.Write(line.WrittenSpan);
        output.Flush();
        Count++;
    }

    public void Dispose() => json.Dispose();
}
