namespace SlmEdge.Datasets.Agreement;

/// <summary>An item on which annotators disagree.</summary>
/// <param name="Row">Its row in the first file that has it.</param>
/// <param name="Text">Its text.</param>
/// <param name="Agreement">Share of the pairs of its ratings that agree.</param>
/// <param name="Labels">Each annotator's label, null where there is none.</param>
public sealed record DisputedItem(long Row, string Text, double Agreement, IReadOnlyList<string?> Labels);
