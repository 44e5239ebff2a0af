namespace SlmEdge.Runtime.Generation;

/// <summary>What happens to a conversation that does not fit the context.</summary>
public enum ContextOverflow
{
    /// <summary>The request is refused with <see cref="InvalidTextReason.TooLong"/>.</summary>
    Refuse,

    /// <summary>
    /// The model is not shown the oldest turns, each with the answer to it. The system turn and the newest turn always stay, and room is left for
    /// the answer: its limit of tokens, at most a quarter of the context.
    /// </summary>
    DropOldest,
}
