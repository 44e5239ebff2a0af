namespace SlmEdge.Runtime.Generation;

/// <summary>Tokens that a request took.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Those of them that an earlier request had left in the memory; they were not evaluated again.</param>
/// <param name="AnswerTokens">Tokens of the answer, without the one that ended it.</param>
public readonly record struct TokenUsage(int PromptTokens, int CachedTokens, int AnswerTokens)
{
    /// <summary>Prompt and answer.</summary>
    public int TotalTokens => PromptTokens + AnswerTokens;
}
