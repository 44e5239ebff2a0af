namespace SlmEdge.Datasets.Quality;

/// <summary>Something that was found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Count">How many: rows, or what the title names.</param>
/// <param name="First">The first of them.</param>
public sealed record Finding(FindingKind Kind, long Count, IReadOnlyList<FindingExample> First);
