using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlmEdge.Worker;

/// <summary>
/// The service's log: one JSON object a line, with <c>time</c>, <c>level</c>, <c>event</c> (a name for programs) and what belongs to the event. Nobody's text is in it
/// unless the owner asked for that; then it is the field <c>text</c>.
/// </summary>
/// <remarks>Safe to use from several threads as far as <paramref name="write"/> is.</remarks>
internal sealed class WorkerLog(Action<string>? write, TimeProvider? time = null)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TimeProvider time = time ?? TimeProvider.System;

    /// <summary>Whether anybody reads it.</summary>
    public bool IsOn => write is not null;

    public void Write(WorkerLogLevel level, string name, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        if (write is null)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteString("level", level switch { WorkerLogLevel.Error => "error", WorkerLogLevel.Warning => "warning", _ => "information" });
            json.WriteString("event", name);
            foreach (var (field, value) in fields)
            {
                WriteField(json, field, value);
            }

            json.WriteEndObject();
        }

        write(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, Math.Round(number, 3));
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            default:
                json.WriteString(name, value.ToString());
                break;
        }
    }
}
