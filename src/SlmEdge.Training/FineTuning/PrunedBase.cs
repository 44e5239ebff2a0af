using System.Text.Json;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Shrinking;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.FineTuning;

/// <summary>Makes the base of a run with <c>--keep-layers</c>: a model folder of its own inside the run directory, on which everything else works unchanged.</summary>
internal static class PrunedBase
{
    /// <summary>The options of the run on the smaller base, which is written unless the run that goes on has it already.</summary>
    public static SftOptions Prepare(SftOptions options, int keep, Action<string>? message, CancellationToken ct)
    {
        options.Validate();
        RunDirectory.Claim(options.OutputDirectory, options.Resume);
        string folder = RunDirectory.BasePath(options.OutputDirectory);
        if (options.Resume && Recorded(options.OutputDirectory) is { } recorded && Directory.Exists(folder))
        {
            return options with { BaseDirectory = folder, Pruned = recorded };
        }

        DecoderConfig config = DecoderConfig.Load(options.BaseDirectory);
        LayerSelection.Check(keep, config.NumHiddenLayers);
        LayerChoice choice;
        using (BaseTokenizer tokenizer = BaseTokenizer.Open(options.BaseDirectory))
        using (DecoderModel model = ModelDirectory.Load(options.BaseDirectory, WeightForms.Frozen))
        {
            // What the model is asked on the validation rows: all up to the place of the first token that it has to know.
            SftData data = SftData.Load(options, tokenizer, config, null);
            choice = LayerSelection.Choose(model, [.. data.Valid.Select(example => example.Tokens[..(example.Positions[0] + 1)])], keep, ct);
        }

        message?.Invoke($"Base: {choice}");
        Directory.CreateDirectory(options.OutputDirectory);
        ModelShrinker.KeepLayers(options.BaseDirectory, folder, choice.Kept, ct);
        return options with
        {
            BaseDirectory = folder,
            Pruned = new PrunedLayers(Path.GetFullPath(options.BaseDirectory), ModelDirectory.Hash(options.BaseDirectory), choice.Kept, choice.Of, choice.Distance),
        };
    }

    private static PrunedLayers? Recorded(string run) =>
        File.Exists(RunDirectory.RecordPath(run)) && RunRecord.Load(run).Settings is { } settings && settings.TryGetProperty("pruned", out JsonElement pruned)
            ? pruned.Deserialize<PrunedLayers>(RunRecord.Json)
            : null;
}
