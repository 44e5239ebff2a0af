namespace SlmEdge.Runtime;

/// <summary>What happens to a text that does not fit the context.</summary>
public enum LongTextPolicy
{
    /// <summary>It is refused with <see cref="InvalidTextException"/>.</summary>
    Refuse,

    /// <summary>It is cut at its end, and the decision says so.</summary>
    Truncate,
}
