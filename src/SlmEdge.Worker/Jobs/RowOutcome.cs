namespace SlmEdge.Worker.Jobs;

/// <summary>What became of a row: a result, an error that stays, or another try later.</summary>
/// <param name="Row">The row's number.</param>
/// <param name="Result">The result, one JSON object; null without one.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="RetryAt">When to try again; null for an error that stays.</param>
/// <param name="Entry">The body of the journal's entry about the row; null without a result.</param>
/// <param name="Kind">The entry's kind: <c>decision</c>, or <c>answer</c> for a text that was written.</param>
internal sealed record RowOutcome(long Row, string? Result, string? Error, DateTimeOffset? RetryAt, byte[]? Entry, string Kind = "decision");
