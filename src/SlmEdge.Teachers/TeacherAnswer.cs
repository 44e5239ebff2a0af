namespace SlmEdge.Teachers;

/// <summary>One answer.</summary>
/// <param name="Text">What was answered.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Reasoning">The reasoning that the endpoint gave beside the answer (<c>reasoning_content</c>), if it did.</param>
public sealed record TeacherAnswer(string Text, AnswerEnd End, string? Reasoning = null);
