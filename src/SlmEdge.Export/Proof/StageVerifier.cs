using System.Diagnostics;
using SlmEdge.Engines;
using SlmEdge.Export.Bundling;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Proof;

/// <summary>
/// Scores the stages of an export on the same texts and compares each with one reference stage: the trained model, before anything
/// was merged, converted or quantised.
/// </summary>
public sealed class StageVerifier
{
    /// <summary>
    /// Two labels whose reference probabilities differ by less than this are a numerical tie: sums in another order can turn it.
    /// </summary>
    public const double TieMargin = 1e-4;

    private const int TextsPerCall = 128;
    private const int WarmUpTexts = 16;

    private readonly TaskDefinition _task;
    private readonly IReadOnlyList<LabelCode>? _codes;
    private readonly EvaluationSet _data;
    private readonly double? _labelThreshold;
    private string? _promptSha256;

    /// <summary>Prepares the comparison.</summary>
    /// <param name="task">The task.</param>
    /// <param name="codes">The label codes of the run, so that every stage is asked with the same tokens; null chooses them.</param>
    /// <param name="data">Held-out texts.</param>
    /// <param name="promptSha256">The prompt that the model was trained with, or null to take the first stage's.</param>
    /// <param name="labelThreshold">From which probability on a label is given, where texts have several and the task does not say it.</param>
    /// <exception cref="ExportException">Texts have several labels, and no threshold is known.</exception>
    public StageVerifier(TaskDefinition task, IReadOnlyList<LabelCode>? codes, EvaluationSet data, string? promptSha256 = null, double? labelThreshold = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(data);
        _task = task;
        _codes = codes is { Count: > 0 } ? codes : null;
        _data = data;
        _promptSha256 = promptSha256;
        if (task.Decision.MultiLabel)
        {
            _labelThreshold = task.Decision.LabelThreshold ?? labelThreshold
                ?? throw new ExportException($"From which probability on a label of the task '{task.Name}' is given is not known: the run found no threshold. Train it again, or set labelThreshold in the task.");
        }
    }

    /// <summary>Whether results keep the tokens of the texts.</summary>
    internal bool KeepTokens { get; init; }

    /// <summary>Scores one stage.</summary>
    /// <param name="stage">The stage; it is opened and closed here.</param>
    /// <param name="reference">The reference's result, or null when this stage is the reference.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="ct">Stops between two evaluations.</param>
    /// <exception cref="ExportException">The stage's tokenizer renders another prompt than the model was trained with.</exception>
    /// <exception cref="EngineException">The stage cannot be loaded or evaluated.</exception>
    public StageResult Score(
        StageDefinition stage, StageResult? reference, IProgress<ExportProgress>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(stage);
        using StageEngine opened = stage.Open();
        IReadOnlyList<LabelCode>? codes = stage.Rendering is { } own ? own.Codes.Count > 0 ? own.Codes : null : _codes;
        ClassificationPrompt prompt = ClassificationPrompt.Create(stage.Rendering?.Task ?? _task, opened.Tokenizer, codes);
        if (stage.Rendering is null)
        {
            _promptSha256 ??= prompt.Sha256;
        }

        if (prompt.Sha256 != (stage.Rendering is { } rendering ? rendering.PromptSha256 : _promptSha256))
        {
            throw new ExportException(
                $"Stage '{stage.Stage}' renders another prompt than the model was trained with: its tokenizer or the task has changed since the training.");
        }

        int[] prefix = prompt.Prefix;
        int room = opened.Engine.ContextLength - prefix.Length - prompt.Labels.MaxDepth;
        int[][] texts = [.. _data.Texts.Select(text => prompt.EncodeText(text, room, out _))];
        int labels = prompt.Labels.LabelCount;
        float[] logProbs = new float[texts.Length * labels];

        // The first evaluation pays for page faults, weight packing and thread start; it is not what a device sees in the long run.
        int warmUp = Math.Min(WarmUpTexts, texts.Length);
        opened.Engine.ScoreLabels(prefix, texts[..warmUp], prompt.Labels, logProbs.AsSpan(0, warmUp * labels), ct);
        long start = Stopwatch.GetTimestamp();
        for (int done = 0; done < texts.Length; done += TextsPerCall)
        {
            ct.ThrowIfCancellationRequested();
            progress?.Report(new ExportProgress(stage.Stage, done, texts.Length));
            int count = Math.Min(TextsPerCall, texts.Length - done);
            opened.Engine.ScoreLabels(prefix, texts[done..(done + count)], prompt.Labels, logProbs.AsSpan(done * labels, count * labels), ct);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        progress?.Report(new ExportProgress(stage.Stage, texts.Length, texts.Length));
        StageResult result = Compare(stage, logProbs, labels, texts.Length / seconds, Describe(opened.Engine.Info), reference);
        return KeepTokens ? result with { Tokens = texts, UnknownTokens = [.. DriftRows.UnknownTokens(opened.Tokenizer)] } : result;
    }

    private StageResult Compare(
        StageDefinition stage, float[] logProbs, int labels, double textsPerSecond, string engine, StageResult? reference)
    {
        int rows = logProbs.Length / labels;
        int[] predicted = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            Span<float> scores = logProbs.AsSpan(row * labels, labels);
            LabelScores.Normalise(scores);
            predicted[row] = LabelScores.Best(scores);
        }

        int[] truth = _data.TruthOf(predicted);
        string[] names = [.. _task.Labels.Select(label => label.Name)];
        return new StageResult(
            stage,
            logProbs,
            predicted,
            _labelThreshold is { } threshold
                ? ClassificationReport.ComputeSets(_data.LabelSets, LabelThreshold.ApplyAll(logProbs, labels, threshold), names)
                : ClassificationReport.Compute(truth, predicted, names),
            reference is null ? null : Divergence.MeanKl(reference.LogProbs, logProbs, labels),
            reference is null ? null : Divergence.ChangedDecisions(reference.LogProbs, logProbs, labels),
            reference is null ? null : ClearlyChanged(reference, predicted, labels),
            Calibration.ExpectedCalibrationError(logProbs, truth, labels),
            textsPerSecond,
            engine);
    }

    /// <summary>Decisions that differ although the reference preferred its own by more than <see cref="TieMargin"/>.</summary>
    private static int ClearlyChanged(StageResult reference, int[] predicted, int labels)
    {
        int changed = 0;
        for (int row = 0; row < predicted.Length; row++)
        {
            ReadOnlySpan<float> scores = reference.LogProbs.AsSpan(row * labels, labels);
            double margin = Math.Exp(scores[reference.Predicted[row]]) - Math.Exp(scores[predicted[row]]);
            changed += predicted[row] != reference.Predicted[row] && margin > TieMargin ? 1 : 0;
        }

        return changed;
    }

    private static string Describe(EngineInfo info) => $"{info.Name} {info.Version}, {info.CpuLevel}, {info.Threads} threads";
}
