namespace SlmEdge.Teachers;

/// <summary>What a teacher gave for one question.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="PromptTokens">Tokens of the question, as the teacher counts them; 0 where it does not say.</param>
/// <param name="AnswerTokens">Tokens of all answers, reasoning included; 0 where it does not say.</param>
public sealed record TeacherReply(IReadOnlyList<TeacherAnswer> Answers, long PromptTokens, long AnswerTokens);
