namespace SlmEdge.Worker.Jobs;

/// <summary>What became of a row: a result, an error that stays, or another try later.</summary>
/// <param name="Row">The row's number.</param>
/// <param name="Result">The result, one JSON object; null without one.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="RetryAt">When to try again; null for an error that stays.</param>
/// <param name="Journal">The bodies of the journal's entries about the row.</param>
internal sealed record RowOutcome(long Row, string? Result, string? Error, DateTimeOffset? RetryAt, byte[]? Journal);
