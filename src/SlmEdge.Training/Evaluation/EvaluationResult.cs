using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores of a model on labelled rows.</summary>
/// <param name="Accuracy">Share of rows decided rightly.</param>
/// <param name="MacroF1">Mean F1 of the labels.</param>
/// <param name="CalibrationError">Expected calibration error of the uncalibrated confidences.</param>
/// <param name="Rows">Rows scored.</param>
/// <param name="TextsPerSecond">Speed on this machine.</param>
/// <param name="Labels">Each label.</param>
public sealed record EvaluationResult(
    double Accuracy,
    double MacroF1,
    double CalibrationError,
    int Rows,
    double TextsPerSecond,
    IReadOnlyList<LabelResult> Labels)
{
    /// <summary>95 % interval of the accuracy, by bootstrap over the rows.</summary>
    public required ConfidenceInterval AccuracyInterval { get; init; }

    /// <summary>95 % interval of the macro-F1.</summary>
    public required ConfidenceInterval MacroF1Interval { get; init; }

    /// <summary>Confidence against accuracy, in ten bins.</summary>
    public required IReadOnlyList<ReliabilityBin> Reliability { get; init; }

    /// <summary>The classifiers that the model has to beat, and a second model if one was given, each compared row by row.</summary>
    public IReadOnlyList<RivalResult> Rivals { get; init; } = [];

    /// <summary>What training has cost on general text; null when none was given.</summary>
    public ForgettingResult? Forgetting { get; init; }
}
