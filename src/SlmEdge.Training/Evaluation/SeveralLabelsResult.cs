using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores of a model on rows with several labels.</summary>
/// <param name="MicroF1">F1 over all labels of all rows together.</param>
/// <param name="MacroF1">Mean F1 of the labels that occur.</param>
/// <param name="SubsetAccuracy">Share of rows whose labels are given exactly.</param>
/// <param name="LabelThreshold">From which probability on a label was given.</param>
/// <param name="Rows">Rows scored.</param>
/// <param name="TextsPerSecond">Speed on this machine.</param>
/// <param name="Labels">Each label.</param>
public sealed record SeveralLabelsResult(
    double MicroF1, double MacroF1, double SubsetAccuracy, double LabelThreshold, int Rows, double TextsPerSecond, IReadOnlyList<LabelResult> Labels)
{
    /// <summary>95 % interval of the micro-F1, by bootstrap over the rows.</summary>
    public required ConfidenceInterval MicroF1Interval { get; init; }

    /// <summary>95 % interval of the subset accuracy.</summary>
    public required ConfidenceInterval SubsetAccuracyInterval { get; init; }

    /// <summary>The same scores of TF-IDF with logistic regression; null when there were no training rows.</summary>
    public SeveralLabelsScores? Baseline { get; init; }

    /// <summary>What training has cost on general text; null when none was given.</summary>
    public ForgettingResult? Forgetting { get; init; }
}
