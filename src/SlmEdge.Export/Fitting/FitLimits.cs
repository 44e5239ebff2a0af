namespace SlmEdge.Export.Fitting;

/// <summary>What a fitted model has to keep to; null sets no limit.</summary>
/// <param name="MaxLatencyMs">Median time of one text alone on this machine, in milliseconds.</param>
/// <param name="MaxSizeBytes">Size of the model's files.</param>
/// <param name="MinAccuracy">Share of validation rows that are decided rightly.</param>
/// <param name="MaxLossPoints">Accuracy points below the trained model.</param>
public sealed record FitLimits(double? MaxLatencyMs = null, long? MaxSizeBytes = null, double? MinAccuracy = null, double? MaxLossPoints = null)
{
    /// <summary>A loss of exactly the limit must not be refused because 0.90 − 0.87 is not 0.03 in binary.</summary>
    private const double Rounding = 1e-9;

    /// <summary>The lowest accuracy that the limits allow.</summary>
    /// <param name="reference">Accuracy of the trained model.</param>
    public double Floor(double reference) =>
        Math.Max(MinAccuracy ?? 0, MaxLossPoints is { } points ? reference - (points / 100) : 0) - Rounding;

    /// <summary>Whether a candidate keeps to all limits.</summary>
    /// <param name="score">The candidate.</param>
    /// <param name="reference">Accuracy of the trained model.</param>
    public bool Allow(FitScore score, double reference)
    {
        ArgumentNullException.ThrowIfNull(score);
        return score.Accuracy >= Floor(reference)
            && score.LatencyMs <= (MaxLatencyMs ?? double.PositiveInfinity)
            && score.SizeBytes <= (MaxSizeBytes ?? long.MaxValue);
    }
}
