namespace SlmEdge.Datasets.Deduplication;

/// <summary>What removing duplicates did.</summary>
/// <param name="Rows">Rows of the file, blank ones left out.</param>
/// <param name="Kept">Rows written.</param>
/// <param name="RemovedExact">Rows removed whose text is that of a kept row, letter case, white space and composition aside.</param>
/// <param name="RemovedNear">Rows removed whose text is nearly that of a kept row.</param>
/// <param name="SkippedComparisons">Comparisons left out in very large groups of similar rows; some duplicates may be left when it is not 0.</param>
public sealed record DedupeResult(long Rows, long Kept, long RemovedExact, long RemovedNear, long SkippedComparisons);
