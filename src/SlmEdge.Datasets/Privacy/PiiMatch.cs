namespace SlmEdge.Datasets.Privacy;

/// <summary>A place in a text that looks like personal data.</summary>
/// <param name="Kind">What it looks like.</param>
/// <param name="Start">Its first character.</param>
/// <param name="Length">Its length in characters.</param>
public readonly record struct PiiMatch(PiiKind Kind, int Start, int Length);
