namespace SlmEdge.Datasets.Quality;

/// <summary>A row of a finding.</summary>
/// <param name="File">The file.</param>
/// <param name="Row">The row, or null when the file or a label is meant.</param>
/// <param name="Detail">What is there.</param>
public sealed record FindingExample(string File, long? Row, string Detail);
