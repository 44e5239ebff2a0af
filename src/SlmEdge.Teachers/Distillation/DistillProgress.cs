namespace SlmEdge.Teachers.Distillation;

/// <summary>How far a run is.</summary>
/// <param name="Done">Rows that have come to an end.</param>
/// <param name="Total">All rows.</param>
/// <param name="Failed">Rows without a usable answer.</param>
/// <param name="AnswerTokens">Tokens of the answers so far.</param>
public readonly record struct DistillProgress(int Done, int Total, int Failed, long AnswerTokens);
