using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores a model of the trainer on labelled rows.</summary>
public static class ModelEvaluation
{
    /// <summary>Scores every label for every row and compares the best with the truth.</summary>
    /// <param name="options">What to score on what.</param>
    /// <param name="cancellationToken">Stops between packs.</param>
    public static EvaluationResult Run(EvaluationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Task.Kind != TaskKind.Classify)
        {
            throw new TrainingException($"Task '{options.Task.Name}' is of kind {options.Task.Kind}; this version scores tasks of kind classify.");
        }

        var reader = new ReaderOptions { TextColumn = options.TextColumn, LabelColumn = options.LabelColumn };
        var rows = LabelledTextReader.Read(options.DataFile, options.Task, reader);
        using var tokenizer = BaseTokenizer.Open(options.BaseDirectory);
        var prompt = ClassificationPrompt.Create(options.Task, tokenizer);
        using var engine = TorchEngine.Open(options.BaseDirectory, options.AdapterDirectory, options.Threads);

        var clock = Stopwatch.StartNew();
        var texts = rows.Select(r => prompt.EncodeText(r.Text)).ToArray();
        var labels = prompt.Labels.LabelCount;
        var scores = new float[texts.Length * labels];
        engine.ScoreLabels(prompt.Prefix, texts, prompt.Labels, scores, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;

        var truth = rows.Select(r => options.Task.IndexOf(r.Label)).ToArray();
        var decided = new int[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = scores.AsSpan(i * labels, labels);
            LabelScores.Normalise(row);
            decided[i] = LabelScores.Best(row);
        }

        var report = ClassificationReport.Compute(truth, decided, [.. options.Task.Labels.Select(l => l.Name)]);
        return new EvaluationResult(
            report.Accuracy,
            report.MacroF1,
            Calibration.ExpectedCalibrationError(scores, truth, labels),
            rows.Count,
            rows.Count / seconds,
            [.. report.Classes.Select(c => new LabelResult(c.Label, c.Precision, c.Recall, c.F1, c.Support))]);
    }
}
