namespace SlmEdge.Teachers.Keeping;

/// <summary>What the answers of a run amount to.</summary>
/// <param name="Questions">Different questions.</param>
/// <param name="Asked">How many of them were asked in this run; the others had been kept.</param>
/// <param name="PromptTokens">Tokens of all the questions.</param>
/// <param name="AnswerTokens">Tokens of all the answers.</param>
public sealed record TeacherUsage(int Questions, int Asked, long PromptTokens, long AnswerTokens)
{
    /// <summary>What that costs.</summary>
    /// <param name="promptPrice">Price of a million tokens of questions.</param>
    /// <param name="answerPrice">Price of a million tokens of answers.</param>
    public double Cost(double promptPrice, double answerPrice) => ((PromptTokens * promptPrice) + (AnswerTokens * answerPrice)) / 1e6;
}
