namespace SlmEdge.Teachers.Distillation;

/// <summary>What came of a row: rows to learn from, or why there are none.</summary>
/// <param name="Rows">Finished rows, as JSON.</param>
/// <param name="Failure">Why there are none; null when there are.</param>
internal sealed record RowOutcome(IReadOnlyList<byte[]> Rows, string? Failure)
{
    public static RowOutcome Of(params IReadOnlyList<byte[]> rows) => new(rows, null);

    public static RowOutcome Failed(string reason) => new([], reason);
}
