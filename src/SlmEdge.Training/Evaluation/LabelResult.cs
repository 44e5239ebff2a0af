namespace SlmEdge.Training.Evaluation;

/// <summary>How well one label is found.</summary>
/// <param name="Label">Name of the label.</param>
/// <param name="Precision">Share of the decisions for it that are right.</param>
/// <param name="Recall">Share of its rows that are found.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Rows">Rows that have it.</param>
public sealed record LabelResult(string Label, double Precision, double Recall, double F1, int Rows);
