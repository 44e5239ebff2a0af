namespace SlmEdge.Export;

/// <summary>How far a step of an export has come.</summary>
/// <param name="Step">What is being done, for people: a tensor's or a stage's name.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; at least 1.</param>
public readonly record struct ExportProgress(string Step, long Done, long Total);
