namespace SlmEdge.Worker.Updates;

/// <summary>How long a new version is watched, and what sends it back to the one before. Limits count only where the difference is more than chance.</summary>
public sealed record TrialOptions
{
    /// <summary>Decisions (or written answers) after which the version stays. 0 for no trial. Default: 1,000.</summary>
    public int Decisions { get; init; } = 1000;

    /// <summary>Time after which the version stays, however little it was asked. Default: 24 hours.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much the share of failed requests may rise. Default: 0.02.</summary>
    public double MaxErrorRise { get; init; } = 0.02;

    /// <summary>How many times as long the slowest 5% of the answers may take (95th percentile). Default: 2.</summary>
    public double MaxLatencyFactor { get; init; } = 2;

    /// <summary>How much the share of abstentions may rise. Default: 0.1.</summary>
    public double MaxAbstentionRise { get; init; } = 0.1;

    /// <summary>How often the service may end without a stop within the trial. Default: 2.</summary>
    public int MaxCrashes { get; init; } = 2;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Decisions);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Time, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxErrorRise);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLatencyFactor, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAbstentionRise);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCrashes);
    }
}
