namespace SlmEdge.Runtime.Classification;

/// <summary>A label and its calibrated probability.</summary>
/// <param name="Label">The label's name.</param>
/// <param name="Probability">0 to 1; over all labels of the task they sum to 1.</param>
public readonly record struct LabelScore(string Label, double Probability);
