using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>A whole generation.</summary>
/// <param name="Text">Its text, without the stop string that ended it; bytes that are not UTF-8 are U+FFFD.</param>
/// <param name="Tokens">Its tokens, without the one that ends an answer.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Tokens of the prompt that an earlier request had left in the memory.</param>
/// <param name="Queued">Time from the call to the start of the evaluation.</param>
/// <param name="FirstToken">Time from there to the first token.</param>
/// <param name="Evaluated">Time from the start of the evaluation to the last token.</param>
internal sealed record GenerateResult(
    string Text, int[] Tokens, FinishReason Reason, int PromptTokens, int CachedTokens, TimeSpan Queued, TimeSpan FirstToken, TimeSpan Evaluated)
{
    /// <summary>The probabilities of the tokens that spell the text; null where none were asked for.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}
