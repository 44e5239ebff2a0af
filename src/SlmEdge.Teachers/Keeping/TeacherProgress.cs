namespace SlmEdge.Teachers.Keeping;

/// <summary>How far a run is.</summary>
/// <param name="Done">Rows that are done.</param>
/// <param name="Total">Rows in all.</param>
/// <param name="Failed">Rows that cannot be used.</param>
/// <param name="AnswerTokens">Tokens of the answers so far.</param>
public readonly record struct TeacherProgress(int Done, int Total, int Failed, long AnswerTokens);
