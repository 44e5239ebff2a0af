namespace SlmEdge.Datasets.Splitting;

/// <summary>A split that was written.</summary>
/// <param name="Rows">Rows of the file.</param>
/// <param name="Units">Sets of rows that must stay together: equal texts, near ones if asked for, and groups.</param>
/// <param name="Parts">The parts.</param>
/// <param name="SkippedComparisons">Comparisons left out in very large groups of similar rows.</param>
public sealed record SplitResult(long Rows, long Units, IReadOnlyList<SplitPart> Parts, long SkippedComparisons);
