namespace SlmEdge.Tasks.Metrics;

/// <summary>
/// Percentile bootstrap over rows (Efron 1979, "Bootstrap Methods: Another Look at the Jackknife"; Efron and Tibshirani 1993, chapter 13):
/// the rows are drawn again with replacement many times, and the spread of the score over the draws stands for its uncertainty.
/// </summary>
/// <remarks>It knows of the rows only. What another training seed would change is not in it.</remarks>
public static class Bootstrap
{
    /// <summary>Draws; the 2.5 % ends of 2,000 draws rest on 50 of them each.</summary>
    public const int DefaultResamples = 2000;

    /// <summary>The interval of a score.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="score">The score of the rows with the given indices, which repeat.</param>
    /// <param name="level">Share of draws inside, above 0 and below 1.</param>
    /// <param name="resamples">Number of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static ConfidenceInterval Interval(int rows, Func<ReadOnlySpan<int>, double> score, double level = 0.95, int resamples = DefaultResamples, int seed = 1)
    {
        double[] draws = Draw(rows, score, level, resamples, seed);
        return new ConfidenceInterval(Quantile(draws, (1 - level) / 2), Quantile(draws, (1 + level) / 2), level);
    }

    /// <summary>Sorted scores of the draws.</summary>
    private static double[] Draw(int rows, Func<ReadOnlySpan<int>, double> score, double level, int resamples, int seed)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level lies between 0 and 1.");
        }

        var random = new Random(seed);
        var drawn = new int[rows];
        var scores = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                drawn[j] = random.Next(rows);
            }

            scores[i] = score(drawn);
        }

        Array.Sort(scores);
        return scores;
    }

    /// <summary>Linear interpolation between the two nearest draws.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        double part = position - below;
        return below + 1 < sorted.Length ? sorted[below] + (part * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
