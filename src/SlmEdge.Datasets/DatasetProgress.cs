namespace SlmEdge.Datasets;

/// <summary>How far work on a data set has come.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">How much of it is done, in the unit of <paramref name="Total"/>.</param>
/// <param name="Total">All of it: bytes while files are read, otherwise rows or passes.</param>
public sealed record DatasetProgress(string Step, long Done, long Total);
