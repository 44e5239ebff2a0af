namespace SlmEdge.Bundles.Drift;

/// <summary>How far two sets of texts lie apart. The values mean something beside their calibrated thresholds only: texts are no independent tokens.</summary>
internal static class DriftMeasure
{
    /// <summary>Number of <see cref="DriftStatistic"/>s.</summary>
    public const int Count = 6;

    private static readonly double[] Small = [.. Enumerable.Range(0, 1 << 15).Select(n => n == 0 ? 0 : n * Math.Log(n))];

    /// <summary>Computes all statistics.</summary>
    /// <param name="reference">What was tested with.</param>
    /// <param name="window">Recent texts.</param>
    /// <param name="values">Receives a value for each <see cref="DriftStatistic"/>, in its order.</param>
    public static void Compute(DriftCounts reference, DriftCounts window, Span<double> values)
    {
        values[(int)DriftStatistic.Labels] = GTest(reference.Labels, window.Labels);
        values[(int)DriftStatistic.Tokens] = GTest(reference.Tokens, window.Tokens);
        values[(int)DriftStatistic.Confidence] = KolmogorovSmirnov(reference.Confidence, window.Confidence);
        values[(int)DriftStatistic.Length] = KolmogorovSmirnov(reference.Length, window.Length);
        values[(int)DriftStatistic.UnknownTokens] = MoreThan(reference.WithUnknown, reference.Texts, window.WithUnknown, window.Texts);
        values[(int)DriftStatistic.NewTokens] = MoreThan(reference.WithNew, reference.Texts, window.WithNew, window.Texts);
    }

    /// <summary>The likelihood-ratio statistic of homogeneity of two counts over the same classes (Sokal and Rohlf, Biometry, 17.4); with all that is in it, it is 0 for equal shares.</summary>
    public static double GTest(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        double sum = 0;
        int firstTotal = 0;
        int secondTotal = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += NLogN(first[i]) + NLogN(second[i]) - NLogN(first[i] + second[i]);
            firstTotal += first[i];
            secondTotal += second[i];
        }

        return Math.Max(0, 2 * (sum - NLogN(firstTotal) - NLogN(secondTotal) + NLogN(firstTotal + secondTotal)));
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
        (long)recent * all <= (long)some * recentAll ? 0 : GTest([some, all - some], [recent, recentAll - recent]);

    private static double NLogN(int n) => (uint)n < (uint)Small.Length ? Small[n] : n * Math.Log(n);
}
