using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Evaluation;

/// <summary>Lets a model of the trainer write its answers greedily, and scores them against the references.</summary>
public static class WritingEvaluation
{
    /// <summary>Answers every row, and measures how likely the model holds the references.</summary>
    /// <param name="options">What to score on what; a task of kind <c>generate</c>, <c>extract</c> or <c>chat</c>.</param>
    /// <param name="message">Told what is being done.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <exception cref="TrainingException">Settings contradict each other, or the adapter belongs to another base.</exception>
    public static WritingOutcome Run(EvaluationOptions options, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var clock = Stopwatch.StartNew();
        var (rows, answers) = Answer(options.BaseDirectory, options.AdapterDirectory, options, message, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        WrittenAnswers? other = null;
        WritingRival? rival = null;
        if (options.AgainstDirectory is not null || options.AgainstAdapterDirectory is not null)
        {
            var directory = options.AgainstDirectory ?? options.BaseDirectory;
            other = Answer(directory, options.AgainstAdapterDirectory, options, message, cancellationToken).Answers;
            rival = Compare(ModelName.Of(directory, options.AgainstAdapterDirectory), answers, other);
        }

        var result = new WritingResult(answers.Score(), rows.Count, rows.Count / seconds)
        {
            Against = rival,
            Forgetting = options.GeneralFile is null ? null : ForgettingProbe.Run(options, message, cancellationToken),
        };
        return new WritingOutcome(
            result,
            options.Task,
            options.DataFile,
            ModelName.Of(options.BaseDirectory, options.AdapterDirectory),
            [.. rows.Select((row, i) => new WrittenRow(row.Example.Row, row.Question, row.Reference, answers.Answers[i], answers.Exact[i], answers.RougeL[i], other?.Answers[i]))]);
    }

    private static (IReadOnlyList<WritingRow> Rows, WrittenAnswers Answers) Answer(
        string directory, string? adapter, EvaluationOptions options, Action<string>? message, CancellationToken ct)
    {
        using var tokenizer = BaseTokenizer.Open(directory);
        using var engine = TorchEngine.Open(directory, adapter, options.Threads);
        var prompt = new GenerationPrompt(tokenizer, BaseChatTemplate.Load(directory));
        var rows = new WritingRows(options.Task, prompt, engine.ContextLength, new ReaderOptions { TextColumn = options.TextColumn }).Read(options.DataFile);
        message?.Invoke($"{ModelName.Of(directory, adapter)} answers {rows.Count:N0} rows");
        var answers = engine.Answer([.. rows.Select(r => r.Prompt)], options.MaxNewTokens, prompt.EndTokens, ct);
        var losses = engine.ReferenceLosses([.. rows.Select(r => r.Example)], ct);
        var written = new WrittenAnswers(
            options.Task,
            [.. rows.Select(r => r.Reference)],
            [.. answers.Select(a => tokenizer.Decode(a.Tokens).Trim())],
            [.. answers.Select(a => a.Ended)],
            losses,
            [.. rows.Select(r => r.Example.Targets.Length)]);
        return (rows, written);
    }

    private static WritingRival Compare(string name, WrittenAnswers first, WrittenAnswers second)
    {
        var rows = first.Exact.Length;
        var onlyFirst = first.Exact.Zip(second.Exact).Count(pair => pair.First && !pair.Second);
        var onlySecond = first.Exact.Zip(second.Exact).Count(pair => !pair.First && pair.Second);
        return new WritingRival(
            name,
            second.Score(),
            Bootstrap.Interval(rows, drawn => first.ExactMatch(drawn) - second.ExactMatch(drawn)),
            PairedComparison.McNemar(onlyFirst, onlySecond),
            Bootstrap.Interval(rows, drawn => first.MeanRougeL(drawn) - second.MeanRougeL(drawn)),
            first.HasFields ? Bootstrap.Interval(rows, drawn => first.FieldF1(drawn) - second.FieldF1(drawn)) : null);
    }
}
