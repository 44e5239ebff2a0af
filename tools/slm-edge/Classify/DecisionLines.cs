using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Runtime.Classification;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary>Writes one JSON line per decision, each in one piece: whatever happens, what was written are whole lines.</summary>
internal sealed class DecisionLines(Stream output, int top, bool details) : IDisposable
{
    // Labels and texts stay readable in any language; the lines are never pasted into HTML by this program.
    private readonly ArrayBufferWriter<byte> line = new(4096);
    private readonly Utf8JsonWriter json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public long Count { get; private set; }

    public void Write(Decision decision)
    {
        line.ResetWrittenCount();
        json.Reset(line);
        DecisionJson.Write(json, decision, top, details);
        json.Flush();
        line.Write("\n"u8);
        output.Write(line.WrittenSpan);
        output.Flush();
        Count++;
    }

    public void Dispose() => json.Dispose();
}
