using System.Text.Json;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Training.Runs;

/// <summary>A validation row, and what the trained model wrote; a line of the run's <c>samples.jsonl</c>.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Reference">The wanted answer.</param>
/// <param name="Answer">The model's answer, greedily decoded; with an ellipsis where it did not come to its end.</param>
public sealed record WrittenSample(string Question, string Reference, string Answer)
{
    private static readonly JsonSerializerOptions Lines = new(RunRecord.Json) { WriteIndented = false };

    /// <summary>Writes the samples of a run.</summary>
    internal static void Save(string run, IEnumerable<WrittenSample> samples) =>
        AtomicFile.WriteText(RunDirectory.SamplesPath(run), string.Concat(samples.Select(sample => JsonSerializer.Serialize(sample, Lines) + "\n")));

    /// <summary>Reads the samples of a run; none where it wrote none.</summary>
    internal static IReadOnlyList<WrittenSample> Load(string run) => File.Exists(RunDirectory.SamplesPath(run))
        ? [.. File.ReadLines(RunDirectory.SamplesPath(run)).Select(line => JsonSerializer.Deserialize<WrittenSample>(line, Lines)!)]
        : [];
}
