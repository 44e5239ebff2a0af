using System.Text.Json;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Preference;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Runs;

/// <summary>The validation rows of a run, rendered as it rendered them: sequences with the places at which a token was learned.</summary>
internal static class RunExamples
{
    /// <summary>Reads and renders the rows; of preferences the chosen answers.</summary>
    /// <param name="run">Record of an <c>sft</c> or <c>dpo</c> run.</param>
    /// <param name="baseDirectory">Its base.</param>
    /// <exception cref="TrainingException">The run has no such rows, or a data file has changed since or is gone.</exception>
    /// <exception cref="Formats.JsonLines.DataFormatException">A row is malformed.</exception>
    public static IReadOnlyList<SupervisedExample> Validation(RunRecord run, string baseDirectory)
    {
        if (run.Settings is not { } settings || run is not { Command: "sft", Task: not null } and not { Command: "dpo" })
        {
            throw new TrainingException($"its run is of the kind '{run.Command}', of whose rows nothing is measured");
        }

        using var tokenizer = BaseTokenizer.Open(baseDirectory);
        var config = DecoderConfig.Load(baseDirectory);
        return run switch
        {
            { Command: "dpo" } => Preferred(run, settings, baseDirectory, tokenizer, config),
            { Task.Kind: TaskKind.Classify } => Classified(run, tokenizer),
            _ => Written(run, settings, baseDirectory, tokenizer, config),
        };
    }

    private static IReadOnlyList<SupervisedExample> Classified(RunRecord run, BaseTokenizer tokenizer)
    {
        var prompt = ClassificationPrompt.Create(run.Task!, tokenizer, run.Codes is { Count: > 0 } codes ? codes : null);

        // The decision is what counts, and that is the distribution behind the prompt.
        return [.. RunRows.Load(run).Valid.Select(row =>
        {
            int[] tokens = [.. prompt.Prefix, .. prompt.EncodeText(row.Text)];
            return new SupervisedExample(tokens, [tokens.Length - 1], [0], ..0, -1, row.File, row.Row);
        })];
    }

    private static IReadOnlyList<SupervisedExample> Written(RunRecord run, JsonElement settings, string baseDirectory, BaseTokenizer tokenizer, DecoderConfig config)
    {
        var prompt = new GenerationPrompt(tokenizer, BaseChatTemplate.Load(baseDirectory));
        var rows = new WritingRows(run.Task!, prompt, config.ContextLength, new ReaderOptions { TextColumn = settings.GetProperty("textColumn").GetString()! });
        var train = RunRows.Unchanged(run, "train")!;
        IReadOnlyList<WritingRow> valid = RunRows.Unchanged(run, "valid") is { } file
            ? rows.Read(file)
            : WritingRows.Split(rows.Read(train), settings.GetProperty("validationShare").GetDouble(), run.Seed).Valid;
        return [.. valid.Select(row => row.Example)];
    }

    private static IReadOnlyList<SupervisedExample> Preferred(RunRecord run, JsonElement settings, string baseDirectory, BaseTokenizer tokenizer, DecoderConfig config)
    {
        var options = new DpoOptions
        {
            BaseDirectory = baseDirectory,
            Task = run.Task,
            TrainFile = RunRows.Unchanged(run, "train")!,
            ValidationFile = RunRows.Unchanged(run, "valid"),
            ValidationShare = settings.GetProperty("validationShare").GetDouble(),
            SkipUnusable = settings.GetProperty("skipUnusable").GetBoolean(),
            Seed = run.Seed,
            OutputDirectory = baseDirectory,
        };
        return [.. PreferenceData.Load(options, tokenizer, config, null).Valid.Select(pair => pair.Chosen.Example)];
    }
}
