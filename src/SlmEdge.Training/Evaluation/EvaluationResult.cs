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
    IReadOnlyList<LabelResult> Labels);
