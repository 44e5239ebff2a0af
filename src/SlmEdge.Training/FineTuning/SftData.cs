using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.FineTuning;

/// <summary>What a run learns from and is measured on.</summary>
/// <param name="Train">Training examples.</param>
/// <param name="Valid">Validation examples.</param>
/// <param name="PromptSha256">Identity of the rendering.</param>
/// <param name="Codes">The codes of the labels, of a classification whose verbalizer is <c>code</c>.</param>
/// <param name="LabelTokens">The token of each label, of a classification in which every label is one token: accuracy is measured among them.</param>
internal sealed record SftData(
    SupervisedExample[] Train, SupervisedExample[] Valid, string PromptSha256, IReadOnlyList<LabelCode>? Codes, long[]? LabelTokens)
{
    /// <summary>The rendering, of classifications.</summary>
    public ClassificationPrompt? Labels { get; private init; }

    /// <summary>The validation rows, of classifications.</summary>
    public IReadOnlyList<LabelledText> ValidLabelled { get; private init; } = [];

    /// <summary>The rendering, of tasks that write text.</summary>
    public GenerationPrompt? Prompt { get; private init; }

    /// <summary>The validation rows, of tasks that write text.</summary>
    public IReadOnlyList<WritingRow> ValidRows { get; private init; } = [];

    /// <summary>Reads, checks and renders the rows that the options name.</summary>
    /// <exception cref="TrainingException">There is nothing to train on or to measure with.</exception>
    /// <exception cref="Formats.JsonLines.DataFormatException">A row is malformed or too long; the message names it.</exception>
    public static SftData Load(SftOptions options, BaseTokenizer tokenizer, DecoderConfig model, Action<string>? message)
    {
        var maxLength = options.LengthLimit(model);
        return options.Task.Kind switch
        {
            TaskKind.Classify => Classification(options, tokenizer, maxLength, message),
            _ => Writing(options, tokenizer, maxLength, message),
        };
    }

    private static SftData Writing(SftOptions options, BaseTokenizer tokenizer, int maxLength, Action<string>? message)
    {
        var prompt = new GenerationPrompt(tokenizer, BaseChatTemplate.Load(options.BaseDirectory));
        var rows = new WritingRows(options.Task, prompt, maxLength, new ReaderOptions { TextColumn = options.TextColumn });
        var train = rows.Read(options.TrainFile);
        IReadOnlyList<WritingRow> valid;
        if (options.ValidationFile is null)
        {
            (train, valid) = WritingRows.Split(train, options.ValidationShare, options.Seed);
        }
        else
        {
            valid = rows.Read(options.ValidationFile);
            var seen = train.Select(r => r.Question).ToHashSet(StringComparer.Ordinal);
            var twice = valid.Count(r => seen.Contains(r.Question));
            if (twice > 0)
            {
                message?.Invoke($"Warning: {twice} validation rows ask what a training row asks, too; the validation score flatters the model.");
            }
        }

        if (train.Count == 0 || valid.Count == 0)
        {
            throw new TrainingException($"There are {train.Count} training and {valid.Count} validation rows; both are needed.");
        }

        message?.Invoke(prompt.Conversation is { } conversation
            ? $"Rows are rendered with the base's chat template ({conversation.Template.Sha256[..12]}…); the assistant's turns are {(conversation.Template.MarksGeneration ? "those that it marks" : "found by the origin of their text")}"
            : "The base has no chat template; rows are rendered as instruction, text and answer");
        var identity = prompt.IdentityOf(options.Task);
        return new SftData([.. train.Select(r => r.Example)], [.. valid.Select(r => r.Example)], identity, null, null) { Prompt = prompt, ValidRows = valid };
    }

    private static SftData Classification(SftOptions options, BaseTokenizer tokenizer, int maxLength, Action<string>? message)
    {
        var prompt = ClassificationPrompt.Create(options.Task, tokenizer);
        var reader = new ReaderOptions { TextColumn = options.TextColumn, LabelColumn = options.LabelColumn };
        IReadOnlyList<LabelledText> trainRows = LabelledTextReader.Read(options.TrainFile, options.Task, reader);
        IReadOnlyList<LabelledText> validRows;
        if (options.ValidationFile is null)
        {
            (trainRows, validRows) = ExampleSet.Split(trainRows, options.ValidationShare, options.Seed);
        }
        else
        {
            validRows = LabelledTextReader.Read(options.ValidationFile, options.Task, reader);
            var overlap = TrainTestOverlap.Check(trainRows, validRows);
            if (overlap.Count > 0)
            {
                message?.Invoke($"Warning: {overlap.Count} validation rows also stand in the training file (first: row {overlap[0].Test.Row}); the validation score flatters the model.");
            }
        }

        if (trainRows.Count == 0 || validRows.Count == 0)
        {
            throw new TrainingException($"There are {trainRows.Count} training and {validRows.Count} validation rows; both are needed.");
        }

        var missing = options.Task.Labels.Select(l => l.Name).Except(trainRows.SelectMany(r => r.Labels), StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            message?.Invoke($"Warning: no training row has the label {string.Join(", ", missing.Take(5).Select(m => $"'{m}'"))}{(missing.Length > 5 ? $" and {missing.Length - 5} more" : string.Empty)}.");
        }

        // Of several labels a text none is the one to be right about: the kept weights are those of the lowest loss.
        var labels = prompt.Labels.SingleToken && !options.Task.Decision.MultiLabel
            ? Enumerable.Range(0, prompt.Labels.LabelCount).Select(l => (long)prompt.AnswerTokens(l)[0]).ToArray()
            : null;
        return new SftData(ExampleSet.Render(trainRows, prompt, maxLength), ExampleSet.Render(validRows, prompt, maxLength), prompt.Sha256, prompt.Codes, labels)
        {
            Labels = prompt, ValidLabelled = validRows,
        };
    }
}
