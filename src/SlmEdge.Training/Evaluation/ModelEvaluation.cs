using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores a model of the trainer on labelled rows, beside what it has to beat.</summary>
public static class ModelEvaluation
{
    private const int ReliabilityBins = 10;

    /// <summary>Scores every label for every row and compares the best with the truth.</summary>
    /// <param name="options">What to score on what.</param>
    /// <param name="message">Told what is being done.</param>
    /// <param name="cancellationToken">Stops between packs.</param>
    /// <exception cref="TrainingException">Settings contradict each other, or the adapter belongs to another base.</exception>
    public static EvaluationOutcome Run(EvaluationOptions options, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Task.Kind != TaskKind.Classify)
        {
            throw new TrainingException($"Task '{options.Task.Name}' is of kind {options.Task.Kind}; WritingEvaluation scores what it writes.");
        }

        if (options.Task.Decision.MultiLabel)
        {
            throw new TrainingException($"The texts of task '{options.Task.Name}' have several labels; SeveralLabelsEvaluation scores them.");
        }

        var reader = new ReaderOptions { TextColumn = options.TextColumn, LabelColumn = options.LabelColumn };
        var rows = LabelledTextReader.Read(options.DataFile, options.Task, reader);
        int[] truth = [.. rows.Select(r => options.Task.IndexOf(r.Label))];
        message?.Invoke($"Scoring {rows.Count:N0} rows");
        var clock = Stopwatch.StartNew();
        var scores = Score(options.BaseDirectory, options.AdapterDirectory, options, rows, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var decided = Decide(scores, options.Task.Labels.Count);
        var report = ClassificationReport.Compute(truth, decided, [.. options.Task.Labels.Select(l => l.Name)]);
        var labels = options.Task.Labels.Count;
        var f1 = new MacroF1(labels);
        var result = new EvaluationResult(
            report.Accuracy,
            report.MacroF1,
            Calibration.ExpectedCalibrationError(scores, truth, labels),
            rows.Count,
            rows.Count / seconds,
            [.. report.Classes.Select(c => new LabelResult(c.Label, c.Precision, c.Recall, c.F1, c.Support))])
        {
            AccuracyInterval = Bootstrap.Interval(rows.Count, drawn => Share(truth, decided, drawn)),
            MacroF1Interval = Bootstrap.Interval(rows.Count, drawn => f1.Of(truth, decided, drawn)),
            Reliability = Calibration.Reliability(scores, truth, labels, ReliabilityBins),
            Rivals = [.. Rivals(options, reader, rows, truth, decided, message, cancellationToken)],
            Forgetting = options.GeneralFile is null ? null : ForgettingProbe.Run(options, message, cancellationToken),
        };
        var name = ModelName.Of(options.BaseDirectory, options.AdapterDirectory);
        return new EvaluationOutcome(result, options.Task, options.DataFile, name, rows, truth, decided, scores, report);
    }

    private static IEnumerable<RivalResult> Rivals(
        EvaluationOptions options, ReaderOptions reader, IReadOnlyList<LabelledText> rows, int[] truth, int[] decided, Action<string>? message, CancellationToken ct)
    {
        var labels = options.Task.Labels.Count;
        if (options.AgainstDirectory is not null || options.AgainstAdapterDirectory is not null)
        {
            var directory = options.AgainstDirectory ?? options.BaseDirectory;
            var name = ModelName.Of(directory, options.AgainstAdapterDirectory);
            message?.Invoke($"Scoring {name} on the same rows");
            yield return Rival(name, Decide(Score(directory, options.AgainstAdapterDirectory, options, rows, ct), labels));
        }

        if (options.TrainFile is not null)
        {
            message?.Invoke("Training the baselines");
            var train = LabelledTextReader.Read(options.TrainFile, options.Task, reader);
            int[] trainLabels = [.. train.Select(r => options.Task.IndexOf(r.Label))];
            var majority = MajorityBaseline.Train(trainLabels, labels);
            yield return Rival("majority class", [.. rows.Select(r => majority.Predict(r.Text))]);
            var regression = TfIdfLogisticRegression.Train([.. train.Select(r => r.Text)], trainLabels, labels, cancellation: ct);
            yield return Rival("TF-IDF + logistic regression", [.. rows.Select(r => regression.Predict(r.Text))]);
        }

        RivalResult Rival(string name, int[] other)
        {
            var report = ClassificationReport.Compute(truth, other, [.. options.Task.Labels.Select(l => l.Name)]);
            return new RivalResult(name, report.Accuracy, report.MacroF1, PairedComparison.Compute(truth, decided, other, labels));
        }
    }

    /// <summary>Normalised log-probabilities, <c>[rows, labels]</c>.</summary>
    internal static float[] Score(string directory, string? adapter, EvaluationOptions options, IReadOnlyList<LabelledText> rows, CancellationToken ct)
    {
        using var tokenizer = BaseTokenizer.Open(directory);
        var prompt = ClassificationPrompt.Create(options.Task, tokenizer);
        using var engine = TorchEngine.Open(directory, adapter, options.Threads);
        var labels = prompt.Labels.LabelCount;
        var scores = new float[rows.Count * labels];
        engine.ScoreLabels(prompt.Prefix, [.. rows.Select(r => prompt.EncodeText(r.Text))], prompt.Labels, scores, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            LabelScores.Normalise(scores.AsSpan(i * labels, labels));
        }

        return scores;
    }

    private static int[] Decide(float[] scores, int labels) =>
        [.. Enumerable.Range(0, scores.Length / labels).Select(i => LabelScores.Best(scores.AsSpan(i * labels, labels)))];

    private static double Share(int[] truth, int[] decided, ReadOnlySpan<int> rows)
    {
        var right = 0;
        foreach (var row in rows)
        {
            right += truth[row] == decided[row] ? 1 : 0;
        }

        return (double)right / rows.Length;
    }
}
