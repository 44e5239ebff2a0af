namespace SlmEdge.Tasks.Metrics;

/// <summary>How well one class was recognised. A ratio with denominator 0 is 0.</summary>
/// <param name="Label">The label's name.</param>
/// <param name="Precision">Of the examples given this label, the share that has it.</param>
/// <param name="Recall">Of the examples that have this label, the share given it.</param>
/// <param name="F1">Harmonic mean of precision and recall.</param>
/// <param name="Support">Number of examples that have this label.</param>
/// <param name="Predicted">Number of examples given this label.</param>
public sealed record ClassReport(string Label, double Precision, double Recall, double F1, int Support, int Predicted);
