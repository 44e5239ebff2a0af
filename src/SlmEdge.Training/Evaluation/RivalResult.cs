using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>A classifier beside which the model stands.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Accuracy">Its accuracy on the same rows.</param>
/// <param name="MacroF1">Its macro-F1.</param>
/// <param name="Comparison">The model (first) against it (second).</param>
public sealed record RivalResult(string Name, double Accuracy, double MacroF1, PairedComparison Comparison);
