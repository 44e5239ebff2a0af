namespace SlmEdge.Tasks.Constraints;

/// <summary>What may be written next in one text. An instance belongs to one text and is used by one thread at a time.</summary>
public interface ITokenConstraint
{
    /// <summary>Whether the text is complete: an end token may come now.</summary>
    bool CanEnd { get; }

    /// <summary>Whether nothing but the end may come.</summary>
    bool MustEnd { get; }

    /// <summary>Sets the logits of all tokens that must not come next to negative infinity.</summary>
    /// <param name="logits">One for each token of the vocabulary.</param>
    /// <param name="remainingTokens">
    /// How many tokens may still be written, this one included: only tokens stay after which the text can still be completed in time.
    /// </param>
    void Apply(Span<float> logits, int remainingTokens);

    /// <summary>Moves on by the token that was chosen.</summary>
    /// <param name="token">One that <see cref="Apply"/> left.</param>
    void Accept(int token);
}
