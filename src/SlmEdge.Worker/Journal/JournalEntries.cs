using System.Buffers;
using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Journal;

/// <summary>Writes the bodies of entries: one JSON object each, which is what the hash is taken over.</summary>
internal static class JournalEntries
{
    public static byte[] Decision(ServedBundle bundle, Decision decision, string source, string? text, DateTimeOffset time) => Body(time, json =>
    {
        json.WriteString("source", source);
        json.WriteString("task", bundle.Manifest.Task.Name);
        json.WriteString("bundle", decision.BundleName);
        json.WriteString("version", decision.BundleVersion);
        json.WriteAdapter(decision.Adapter);
        json.WriteString("engine", decision.Engine);
        json.WriteString("promptSha256", decision.PromptSha256);
        json.WriteString("label", decision.Label);
        json.WriteNumber("confidence", Math.Round(decision.Confidence, 6));
        json.WriteStartObject("scores");
        foreach (var score in decision.Scores)
        {
            json.WriteNumber(score.Label, Math.Round(score.Probability, 6));
        }

        json.WriteEndObject();
        json.WriteNumber("latencyMs", Math.Round((decision.Timings.Queued + decision.Timings.Evaluated).TotalMilliseconds, 3));
        if (text is not null)
        {
            json.WriteString("text", text);
        }
    });

    public static byte[] Answer(
        ServedBundle bundle, AdapterVersion? adapter, string source, string? text, string? output, string finishReason, int answerTokens, TimeSpan latency, DateTimeOffset time) =>
        Body(time, json =>
        {
            json.WriteString("source", source);
            json.WriteString("task", bundle.Manifest.Task.Name);
            json.WriteString("bundle", bundle.Manifest.Name);
            json.WriteString("version", bundle.Manifest.Version);
            json.WriteAdapter(adapter);
            json.WriteString("engine", bundle.Engine);
            json.WriteString("promptSha256", bundle.PromptSha256);
            json.WriteString("finishReason", finishReason);
            json.WriteNumber("answerTokens", answerTokens);
            json.WriteNumber("latencyMs", Math.Round(latency.TotalMilliseconds, 3));
            if (text is not null)
            {
                json.WriteString("text", text);
                json.WriteString("output", output);
            }
        });

    public static byte[] Feedback(long decision, string? label, string? note, string? caller, DateTimeOffset time) => Body(time, json =>
    {
        json.WriteNumber("decision", decision);
        json.WriteString("label", label);
        if (note is not null)
        {
            json.WriteString("note", note);
        }

        if (caller is not null)
        {
            json.WriteString("by", caller);
        }
    });

    /// <summary>Says that the entries up to one were removed because of their number or age, and what the last one's hash was.</summary>
    public static byte[] Trim(long through, ReadOnlySpan<byte> hash, DateTimeOffset time)
    {
        var hex = Convert.ToHexStringLower(hash);
        return Body(time, json =>
        {
            json.WriteNumber("through", through);
            json.WriteString("hash", hex);
        });
    }

    private static byte[] Body(DateTimeOffset time, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime);
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
