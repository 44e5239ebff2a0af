namespace SlmEdge.Export.Fitting;

/// <summary>The candidates that no other one beats in accuracy, time alone, texts per second and size at once.</summary>
public static class ParetoFront
{
    /// <summary>The front, the most accurate first.</summary>
    /// <param name="scores">All candidates.</param>
    public static IReadOnlyList<FitScore> Of(IReadOnlyList<FitScore> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return [.. scores.Where(score => !scores.Any(other => Beats(other, score))).OrderByDescending(score => score.Accuracy).ThenBy(score => score.LatencyMs)];
    }

    private static bool Beats(FitScore one, FitScore other) =>
        one.Accuracy >= other.Accuracy && one.LatencyMs <= other.LatencyMs && one.TextsPerSecond >= other.TextsPerSecond && one.SizeBytes <= other.SizeBytes
        && (one.Accuracy > other.Accuracy || one.LatencyMs < other.LatencyMs || one.TextsPerSecond > other.TextsPerSecond || one.SizeBytes < other.SizeBytes);
}
