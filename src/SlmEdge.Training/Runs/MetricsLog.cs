using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Training.Runs;

/// <summary><c>metrics.jsonl</c>: one JSON object a line, flushed at once, so that a run that is cut off keeps what it measured.</summary>
internal sealed class MetricsLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly StreamWriter _writer;

    /// <summary>Opens the log; lines after <paramref name="keepSteps"/> are dropped, since a resumed run writes them again.</summary>
    public MetricsLog(string path, long keepSteps)
    {
        var kept = keepSteps > 0 && File.Exists(path)
            ? [.. Read(path).Where(m => m.Step <= keepSteps)]
            : Array.Empty<MetricsRecord>();
        _writer = new StreamWriter(path, append: false) { AutoFlush = true };
        foreach (var record in kept)
        {
            Append(record);
        }
    }

    public void Append(MetricsRecord record) => _writer.WriteLine(JsonSerializer.Serialize(record, Json));

    /// <summary>Reads the complete lines; a last line that was cut off is left out.</summary>
    public static IReadOnlyList<MetricsRecord> Read(string path)
    {
        var records = new List<MetricsRecord>();
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize<MetricsRecord>(line, Json)!);
            }
            catch (JsonException)
            {
                break;
            }
        }

        return records;
    }

    public void Dispose() => _writer.Dispose();
}
