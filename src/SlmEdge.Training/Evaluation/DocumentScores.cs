using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>How well JSON documents were filled.</summary>
/// <param name="ValidJson">Share of answers that are JSON.</param>
/// <param name="ValidSchema">Share of answers that satisfy the task's schema.</param>
/// <param name="FieldPrecision">Share of the answers' fields that were wanted.</param>
/// <param name="FieldRecall">Share of the wanted fields that the answers have.</param>
/// <param name="FieldF1">Harmonic mean of the two.</param>
/// <param name="FieldF1Interval">Its 95 % interval, by bootstrap over the rows.</param>
public sealed record DocumentScores(
    double ValidJson, double ValidSchema, double FieldPrecision, double FieldRecall, double FieldF1, ConfidenceInterval FieldF1Interval);
