using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Chat;

/// <summary>How a conversation is held.</summary>
public sealed record ChatSessionOptions
{
    /// <summary>The system turn, or <see langword="null"/> for the task's instruction. Empty for none.</summary>
    public string? System { get; init; }

    /// <summary>How answers are written, where a call does not say.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>What happens when the conversation outgrows the context.</summary>
    public ContextOverflow Overflow { get; init; } = ContextOverflow.Refuse;
}
