namespace SlmEdge.Bundles.Drift;

/// <summary>How far two sets of texts lie apart. The values mean something beside their calibrated thresholds only: texts are no independent tokens.</summary>
internal static class DriftMeasure
{
    /// <summary>Number of <see cref="DriftStatistic"/>s.</summary>
    public const int Count = 8;

    /// <summary>Computes all statistics.</summary>
    /// <param name="reference">What was tested with.</param>
    /// <param name="distance">The distance of its labels; null where a text does not have just one.</param>
    /// <param name="window">Recent texts.</param>
    /// <param name="values">Receives a value for each <see cref="DriftStatistic"/>, in its order.</param>
    public static void Compute(DriftCounts reference, LabelDistance? distance, DriftCounts window, Span<double> values)
    {
        values[(int)DriftStatistic.Labels] = distance?.Between(reference, window) ?? 0;
        values[(int)DriftStatistic.Tokens] = Shares(reference.Tokens, window.Tokens);
        values[(int)DriftStatistic.Confidence] = KolmogorovSmirnov(reference.Confidence, window.Confidence);
        values[(int)DriftStatistic.Length] = KolmogorovSmirnov(reference.Length, window.Length);
        values[(int)DriftStatistic.UnknownTokens] = MoreThan(reference.WithUnknown, reference.Texts, window.WithUnknown, window.Texts);
        values[(int)DriftStatistic.NewTokens] = MoreThan(reference.WithNew, reference.Texts, window.WithNew, window.Texts);
        values[(int)DriftStatistic.AnswerLength] = KolmogorovSmirnov(reference.AnswerLength, window.AnswerLength);
        values[(int)DriftStatistic.UnfinishedAnswers] = MoreThan(reference.Unfinished, reference.Texts, window.Unfinished, window.Texts);
    }

    /// <summary>
    /// Σ max(0, |z| − 1)² over the classes, where z is the difference of a class's two shares in standard errors. Taking one off, soft thresholding (Donoho and Johnstone
    /// 1994), keeps the noise of many classes from hiding a few that have changed.
    /// </summary>
    public static double Shares(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        double firstTotal = 0;
        double secondTotal = 0;
        for (int i = 0; i < first.Length; i++)
        {
            firstTotal += first[i];
            secondTotal += second[i];
        }

        if (firstTotal == 0 || secondTotal == 0)
        {
            return 0;
        }

        double inverse = (1 / firstTotal) + (1 / secondTotal);
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            double pooled = (first[i] + second[i]) / (firstTotal + secondTotal);
            double variance = pooled * (1 - pooled) * inverse;
            if (variance > 0)
            {
                double excess = (Math.Abs((first[i] / firstTotal) - (second[i] / secondTotal)) / Math.Sqrt(variance)) - 1;
                sum += excess > 0 ? excess * excess : 0;
            }
        }

        return sum;
    }

    /// <summary>The greatest distance of the two cumulative shares, times √(nm/(n+m)).</summary>
    public static double KolmogorovSmirnov(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        double n = 0;
        double m = 0;
        for (int i = 0; i < first.Length; i++)
        {
            n += first[i];
            m += second[i];
        }

        if (n == 0 || m == 0)
        {
            return 0;
        }

        double greatest = 0;
        long below = 0;
        long belowToo = 0;
        for (int i = 0; i < first.Length; i++)
        {
            below += first[i];
            belowToo += second[i];
            greatest = Math.Max(greatest, Math.Abs((below / n) - (belowToo / m)));
        }

        return greatest * Math.Sqrt(n * m / (n + m));
    }

    private static double MoreThan(int some, int all, int recent, int recentAll) =>
        (long)recent * all <= (long)some * recentAll ? 0 : Shares([some, all - some], [recent, recentAll - recent]);
}
