namespace SlmEdge.Worker.Journal;

/// <summary>What the decision journal keeps, and for how long.</summary>
public sealed record JournalOptions
{
    /// <summary>What is kept of the texts.</summary>
    public JournalText Text { get; init; } = JournalText.None;

    /// <summary>Most entries; the oldest go first.</summary>
    public long MaxEntries { get; init; } = 1_000_000;

    /// <summary>Most bytes of all entries together.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>How old an entry may become; null is for ever.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAge ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(MaxAge));
    }
}
