namespace SlmEdge.Datasets.Decontamination;

/// <summary>What was found of the test files in the training file.</summary>
/// <param name="TrainRows">Training rows.</param>
/// <param name="TestRows">Test rows.</param>
/// <param name="Exact">Training rows whose text stands in a test file.</param>
/// <param name="Near">Training rows whose text is nearly one of a test file.</param>
/// <param name="SkippedComparisons">Comparisons left out in very large groups of similar rows.</param>
/// <param name="First">The first of them.</param>
public sealed record DecontaminateResult(long TrainRows, long TestRows, long Exact, long Near, long SkippedComparisons, IReadOnlyList<Contamination> First);
