namespace SlmEdge.Datasets.Decontamination;

/// <summary>A training row whose text stands in a test file.</summary>
/// <param name="TrainRow">The training row.</param>
/// <param name="TestFile">The test file.</param>
/// <param name="TestRow">The row there.</param>
/// <param name="Exact">Whether the texts are the same, letter case, white space and composition aside.</param>
/// <param name="Similarity">Jaccard similarity of the texts' shingles.</param>
/// <param name="Text">The training text.</param>
public sealed record Contamination(long TrainRow, string TestFile, long TestRow, bool Exact, double Similarity, string Text);
