namespace SlmEdge.Datasets.Statistics;

/// <summary>What is lost when rows are cut off at a length. The end of a row goes first, and that is where the answer stands.</summary>
/// <param name="Length">The length, in tokens or characters.</param>
/// <param name="Rows">Rows that are longer.</param>
/// <param name="Lost">Tokens cut off.</param>
/// <param name="SupervisedLost">Of these, tokens that would have been learned.</param>
public sealed record TruncationCost(int Length, long Rows, long Lost, long SupervisedLost);
