using System.Text.Json;

namespace SlmEdge.Benchmarks.Training;

/// <summary>What every contender trains, written to a folder: this record, the base model and the adapters' first values, all fp32.</summary>
/// <param name="Rank">Rank of the adapters, on every projection.</param>
/// <param name="Alpha">LoRA alpha.</param>
/// <param name="LearningRate">Constant learning rate of AdamW.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="GradientClip">Largest norm of all gradients.</param>
/// <param name="WarmupSteps">First steps, which are not timed.</param>
/// <param name="PadToken">Token that fills short rows.</param>
/// <param name="Batches">Rows of each step.</param>
internal sealed record TrainingWorkload(
    int Rank,
    double Alpha,
    double LearningRate,
    double WeightDecay,
    double GradientClip,
    int WarmupSteps,
    int PadToken,
    IReadOnlyList<TrainingRow[]> Batches)
{
    public const string FileName = "workload.json";
    public const string AdapterFileName = "adapter.safetensors";

    /// <summary>Tokens of the timed steps, padding not counted.</summary>
    public long TimedTokens => Batches.Skip(WarmupSteps).Sum(b => b.Sum(r => (long)r.Tokens.Length));

    /// <summary>Tokens of the timed steps when each batch is padded to its longest row.</summary>
    public long TimedPaddedTokens => Batches.Skip(WarmupSteps).Sum(b => (long)b.Length * b.Max(r => r.Tokens.Length));

    public static TrainingWorkload Load(string folder) =>
        JsonSerializer.Deserialize<TrainingWorkload>(File.ReadAllText(Path.Combine(folder, FileName)), JsonSerializerOptions.Web)!;

    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
