using System.Text.Json;
using System.Text.Json.Serialization;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.Runs;

/// <summary><c>run.json</c>: every setting, seed, version and data hash of a run, and what came of it.</summary>
public sealed record RunRecord
{
    /// <summary>How run files are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new TaskDefinitionJsonConverter() },
    };

    /// <summary>Version of this layout.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary><c>pretrain</c>, <c>sft</c> or <c>dpo</c>.</summary>
    public required string Command { get; init; }

    /// <summary><c>lora</c>, <c>qlora</c> or <c>full</c>, of fine-tuning runs.</summary>
    public string? Method { get; init; }

    /// <summary>Start of the run.</summary>
    public DateTime StartedUtc { get; init; }

    /// <summary>End of the run; absent while it runs or when it was stopped.</summary>
    public DateTime? FinishedUtc { get; init; }

    /// <summary>Seed of everything drawn at random.</summary>
    public long Seed { get; init; }

    /// <summary>The base model, of fine-tuning runs.</summary>
    public RunBase? Base { get; init; }

    /// <summary>The adapter that training started from, if any.</summary>
    public RunData? Adapter { get; init; }

    /// <summary>The task, of fine-tuning runs.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>The tokens that stand for the labels, where the task uses codes.</summary>
    public IReadOnlyList<LabelCode>? Codes { get; init; }

    /// <summary>Identity of the rendered prompt.</summary>
    public string? PromptSha256 { get; init; }

    /// <summary>From which probability on a label is one of a text's several, found on the validation rows; null where texts have one label, or the task says it.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>Every option of the command.</summary>
    public JsonElement? Settings { get; init; }

    /// <summary>The data files.</summary>
    public IReadOnlyList<RunData> Data { get; init; } = [];

    /// <summary>Machine and libraries.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>What came of the run.</summary>
    public JsonElement? Results { get; init; }

    /// <summary>A record of a run that starts now on this machine.</summary>
    /// <param name="command">The command.</param>
    /// <param name="seed">Its seed.</param>
    public static RunRecord Begin(string command, long seed) =>
        new() { Command = command, Seed = seed, StartedUtc = DateTime.UtcNow, Environment = RunEnvironment.Current };

    /// <summary>Reads a run's record.</summary>
    /// <param name="runDirectory">Run directory.</param>
    /// <exception cref="TrainingException">There is no readable record.</exception>
    public static RunRecord Load(string runDirectory)
    {
        var path = RunDirectory.RecordPath(runDirectory);
        if (!File.Exists(path))
        {
            throw new TrainingException($"'{runDirectory}' is not a run directory: '{path}' is missing.");
        }

        try
        {
            return JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path), Json)
                ?? throw new TrainingException($"'{path}' is empty.");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"'{path}' is not a run record: {e.Message}", e);
        }
    }

    /// <summary>Writes the record.</summary>
    /// <param name="runDirectory">Run directory, which must exist.</param>
    public void Save(string runDirectory) =>
        AtomicFile.WriteText(RunDirectory.RecordPath(runDirectory), JsonSerializer.Serialize(this, Json));
}
