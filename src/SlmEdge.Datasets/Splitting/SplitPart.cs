namespace SlmEdge.Datasets.Splitting;

/// <summary>A part of a split.</summary>
/// <param name="Name"><c>train</c>, <c>valid</c> or <c>test</c>.</param>
/// <param name="File">Its file.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Units">How many sets of rows that must stay together it has.</param>
/// <param name="Labels">Rows of each label, for every label of the whole file.</param>
public sealed record SplitPart(string Name, string File, long Rows, long Units, IReadOnlyDictionary<string, long> Labels);
