namespace SlmEdge.Runtime.Scheduling;

/// <summary>The limits of a <see cref="SequenceScheduler"/>.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>Tokens of one evaluation; the engine may allow fewer.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Requests under way at most.</summary>
    public int BatchTexts { get; init; } = 64;

    /// <summary>Requests that may wait.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>Tokens of prefixes and histories that are kept; 0 is half of the engine's cells.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Requests of one adapter that are let in in a row while those of others wait; 0 is <see cref="BatchTexts"/>.</summary>
    public int AdapterTurn { get; init; }
}
