using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.OpenAi;

/// <summary>A whole completion.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="Logprobs">The probabilities of its tokens; null where none are asked for.</param>
/// <param name="Refusal">Why there is no text: a classification abstained; null where there is one.</param>
internal sealed record CompletionEnd(string Text, FinishReason Reason, TokenUsage Usage, IReadOnlyList<TokenLogprob>? Logprobs, string? Refusal)
{
    /// <summary>The reason in OpenAI's words.</summary>
    public string FinishReason => Reason == Runtime.Generation.FinishReason.Length ? "length" : "stop";
}
