using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
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
    /// <summary>The adapter that answered; null for the model itself.</summary>
    public AdapterVersion? Adapter { get; init; }

    /// <summary>The decision that the answer is; null where it was written.</summary>
    public Decision? Decision { get; init; }

    /// <summary>The reason in OpenAI's words.</summary>
    public string FinishReason => Reason == Runtime.Generation.FinishReason.Length ? "length" : "stop";
}
