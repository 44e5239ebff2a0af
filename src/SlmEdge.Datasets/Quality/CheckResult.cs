namespace SlmEdge.Datasets.Quality;

/// <summary>What a check found.</summary>
/// <param name="Files">The files.</param>
/// <param name="Rows">Rows that are not blank.</param>
/// <param name="Findings">What was found, errors first.</param>
/// <param name="Kinds">Rows of each kind.</param>
/// <param name="Labels">Rows of each label, the most frequent first.</param>
/// <param name="Languages">Rows of each language as guessed, the most frequent first.</param>
/// <param name="LengthUnit"><c>tokens</c> or <c>characters</c>.</param>
/// <param name="Lengths">Number of rows of each length, ascending.</param>
/// <param name="SkippedComparisons">Comparisons left out in very large groups of similar rows; near duplicates are then a lower bound.</param>
public sealed record CheckResult(
    IReadOnlyList<string> Files,
    long Rows,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<KeyValuePair<string, long>> Kinds,
    IReadOnlyList<KeyValuePair<string, long>> Labels,
    IReadOnlyList<KeyValuePair<string, long>> Languages,
    string LengthUnit,
    IReadOnlyList<KeyValuePair<int, long>> Lengths,
    long SkippedComparisons)
{
    /// <summary>Whether any finding is an error.</summary>
    public bool Failed => Findings.Any(finding => finding.Kind.Severity == Severity.Error);
}
