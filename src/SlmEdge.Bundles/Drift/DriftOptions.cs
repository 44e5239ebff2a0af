namespace SlmEdge.Bundles.Drift;

/// <summary>How a reference is made.</summary>
public sealed record DriftOptions
{
    /// <summary>Recent texts that are compared with the reference.</summary>
    public int Window { get; init; } = 500;

    /// <summary>Texts from one comparison to the next.</summary>
    public int Step { get; init; } = 25;

    /// <summary>At most this share of stretches raises an alarm without a cause.</summary>
    public double FalseAlarmRate { get; init; } = 0.05;

    /// <summary>Length of a stretch: what a busy device is asked in a week.</summary>
    public int StretchTexts { get; init; } = 10_000;

    /// <summary>Stretches that are drawn to find the thresholds.</summary>
    public int Simulations { get; init; } = 1000;

    /// <summary>Seed of the drawing.</summary>
    public int Seed { get; init; } = 1;
}
