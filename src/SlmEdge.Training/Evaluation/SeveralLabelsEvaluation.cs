using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores a model of the trainer on rows with several labels: every label from a threshold on is given, as on the device.</summary>
public static class SeveralLabelsEvaluation
{
    /// <summary>Scores every label for every row and compares those that are given with the true ones.</summary>
    /// <param name="options">What to score on what.</param>
    /// <param name="message">Told what is being done.</param>
    /// <param name="cancellationToken">Stops between packs.</param>
    /// <exception cref="TrainingException">Settings contradict each other, the adapter belongs to another base, or no threshold is known.</exception>
    public static SeveralLabelsResult Run(EvaluationOptions options, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var task = options.Task;
        var threshold = Threshold(options, message);
        var reader = new ReaderOptions { TextColumn = options.TextColumn, LabelColumn = options.LabelColumn };
        var rows = LabelledTextReader.Read(options.DataFile, task, reader);
        message?.Invoke($"Scoring {rows.Count:N0} rows");
        var clock = Stopwatch.StartNew();
        var scores = ModelEvaluation.Score(options.BaseDirectory, options.AdapterDirectory, options, rows, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var truth = Sets(rows, task);
        var given = LabelThreshold.ApplyAll(scores, task.Labels.Count, threshold);
        var report = Report(truth, given, task);
        return new SeveralLabelsResult(
            report.MicroF1!.Value,
            report.MacroF1,
            report.Accuracy,
            threshold,
            rows.Count,
            rows.Count / seconds,
            [.. report.Classes.Select(c => new LabelResult(c.Label, c.Precision, c.Recall, c.F1, c.Support))])
        {
            MicroF1Interval = Bootstrap.Interval(rows.Count, drawn => MicroF1(truth, given, drawn)),
            SubsetAccuracyInterval = Bootstrap.Interval(rows.Count, drawn => Exact(truth, given, drawn)),
            Baseline = options.TrainFile is null ? null : Baseline(options, reader, rows, truth, message, cancellationToken),
            Forgetting = options.GeneralFile is null ? null : ForgettingProbe.Run(options, message, cancellationToken),
        };
    }

    private static SeveralLabelsScores Baseline(
        EvaluationOptions options, ReaderOptions reader, IReadOnlyList<LabelledText> rows, int[][] truth, Action<string>? message, CancellationToken ct)
    {
        message?.Invoke("Training the baseline");
        var train = LabelledTextReader.Read(options.TrainFile!, options.Task, reader);
        var baseline = SeveralLabelsBaseline.Train([.. train.Select(r => r.Text)], Sets(train, options.Task), options.Task.Labels.Count, ct);
        var report = Report(truth, [.. rows.Select(r => baseline.Predict(r.Text))], options.Task);
        return new SeveralLabelsScores(report.MicroF1!.Value, report.MacroF1, report.Accuracy);
    }

    /// <summary>The threshold that is asked for, the task's, or the one that the model's run found on its validation rows.</summary>
    private static double Threshold(EvaluationOptions options, Action<string>? message)
    {
        if ((options.LabelThreshold ?? options.Task.Decision.LabelThreshold) is { } stated)
        {
            return stated;
        }

        var run = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(options.AdapterDirectory ?? options.BaseDirectory)));
        if (run is not null && File.Exists(RunDirectory.RecordPath(run)) && RunRecord.Load(run).LabelThreshold is { } found)
        {
            message?.Invoke(FormattableString.Invariant($"Labels of a probability of at least {found:F3} are given, which the run found on its validation rows"));
            return found;
        }

        throw new TrainingException(
            "From which probability on a label is given is not known: the model does not lie in the run that found it. Say it with --label-threshold, or with labelThreshold in the task.");
    }

    private static int[][] Sets(IReadOnlyList<LabelledText> rows, TaskDefinition task) => [.. rows.Select(r => r.Labels.Select(task.IndexOf).ToArray())];

    private static ClassificationReport Report(int[][] truth, int[][] given, TaskDefinition task) =>
        ClassificationReport.ComputeSets(truth, given, [.. task.Labels.Select(l => l.Name)]);

    private static double MicroF1(int[][] truth, int[][] given, ReadOnlySpan<int> rows)
    {
        var (hits, both) = (0, 0);
        foreach (var row in rows)
        {
            hits += given[row].Count(label => Array.IndexOf(truth[row], label) >= 0);
            both += truth[row].Length + given[row].Length;
        }

        return both == 0 ? 0 : 2.0 * hits / both;
    }

    private static double Exact(int[][] truth, int[][] given, ReadOnlySpan<int> rows)
    {
        var exact = 0;
        foreach (var row in rows)
        {
            exact += truth[row].Length == given[row].Length && given[row].All(label => Array.IndexOf(truth[row], label) >= 0) ? 1 : 0;
        }

        return (double)exact / rows.Length;
    }
}
