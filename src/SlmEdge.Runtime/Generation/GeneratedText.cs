using SlmEdge.Runtime.Adapters;

namespace SlmEdge.Runtime.Generation;

/// <summary>A whole answer.</summary>
/// <param name="Text">Its text, without the stop string that ended it; bytes that are not UTF-8 are U+FFFD.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="Timings">Times.</param>
public sealed record GeneratedText(string Text, FinishReason FinishReason, TokenUsage Usage, GenerationTimings Timings)
{
    /// <summary>Whether the input was cut to fit the context; see <see cref="LongTextPolicy.Truncate"/>.</summary>
    public bool Truncated { get; init; }

    /// <summary>The probabilities of its tokens, in their order; <see langword="null"/> where <see cref="GenerationOptions.Logprobs"/> asks for none.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>Oldest turns of a conversation that the model was not shown; see <see cref="ContextOverflow.DropOldest"/>.</summary>
    public int DroppedMessages { get; init; }

    /// <summary>
    /// The tokens of the text that was answered, without its prompt; <see langword="null"/> for conversations, and where there is nothing to compare them with (<see cref="SlmRuntime.Drift"/>).
    /// </summary>
    public IReadOnlyList<int>? TextTokens { get; init; }

    /// <summary>The adapter that wrote it, or <see langword="null"/> for the bundle's own model.</summary>
    public AdapterVersion? Adapter { get; init; }
}
