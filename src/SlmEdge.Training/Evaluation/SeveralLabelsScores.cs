namespace SlmEdge.Training.Evaluation;

/// <summary>The scores of a classifier on rows with several labels.</summary>
/// <param name="MicroF1">F1 over all labels of all rows together.</param>
/// <param name="MacroF1">Mean F1 of the labels that occur.</param>
/// <param name="SubsetAccuracy">Share of rows whose labels are given exactly.</param>
public sealed record SeveralLabelsScores(double MicroF1, double MacroF1, double SubsetAccuracy);
