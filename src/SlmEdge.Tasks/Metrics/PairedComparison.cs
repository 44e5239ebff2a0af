namespace SlmEdge.Tasks.Metrics;

/// <summary>Whether one classifier is better than another on the same rows, or only luckier.</summary>
/// <param name="OnlyFirst">Rows that only the first decides rightly.</param>
/// <param name="OnlySecond">Rows that only the second decides rightly.</param>
/// <param name="AccuracyDifference">Accuracy of the first minus that of the second.</param>
/// <param name="AccuracyInterval">95 % interval of that difference, by bootstrap over the rows.</param>
/// <param name="MacroF1Difference">Macro-F1 of the first minus that of the second.</param>
/// <param name="MacroF1Interval">95 % interval of that difference.</param>
/// <param name="PValue">
/// Exact two-sided McNemar test (McNemar 1947; Dietterich 1998, "Approximate Statistical Tests for Comparing Supervised Classification
/// Learning Algorithms"): how probable so uneven a split of the rows that only one of them gets right is, if both were equally good.
/// </param>
public sealed record PairedComparison(
    int OnlyFirst,
    int OnlySecond,
    double AccuracyDifference,
    ConfidenceInterval AccuracyInterval,
    double MacroF1Difference,
    ConfidenceInterval MacroF1Interval,
    double PValue)
{
    /// <summary>Compares two sets of decisions.</summary>
    /// <param name="truth">True label indices.</param>
    /// <param name="first">Decisions of the first classifier, −1 for an abstention.</param>
    /// <param name="second">Decisions of the second.</param>
    /// <param name="labelCount">Number of labels.</param>
    /// <param name="resamples">Draws of the bootstrap.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static PairedComparison Compute(int[] truth, int[] first, int[] second, int labelCount, int resamples = Bootstrap.DefaultResamples, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (truth.Length != first.Length || truth.Length != second.Length)
        {
            throw new ArgumentException($"{truth.Length} true labels, {first.Length} and {second.Length} decisions are not of the same rows.", nameof(second));
        }

        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            bool a = first[i] == truth[i];
            bool b = second[i] == truth[i];
            onlyFirst += a && !b ? 1 : 0;
            onlySecond += b && !a ? 1 : 0;
        }

        int[] all = [.. Enumerable.Range(0, truth.Length)];
        var f1 = new MacroF1(labelCount);
        double Difference(ReadOnlySpan<int> rows) => f1.Of(truth, first, rows) - f1.Of(truth, second, rows);
        double Accuracy(ReadOnlySpan<int> rows) => Share(truth, first, rows) - Share(truth, second, rows);
        return new PairedComparison(
            onlyFirst,
            onlySecond,
            Accuracy(all),
            Bootstrap.Interval(truth.Length, Accuracy, resamples: resamples, seed: seed),
            Difference(all),
            Bootstrap.Interval(truth.Length, Difference, resamples: resamples, seed: seed),
            McNemar(onlyFirst, onlySecond));
    }

    /// <summary>The exact two-sided test: twice the lower tail of Binomial(<paramref name="b"/> + <paramref name="c"/>, ½), at most 1.</summary>
    /// <param name="b">Rows that only the first decides rightly.</param>
    /// <param name="c">Rows that only the second decides rightly.</param>
    public static double McNemar(int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        int n = b + c;
        double logTerm = -n * Math.Log(2);
        double tail = 0;
        for (int k = 0; k <= Math.Min(b, c); k++)
        {
            tail += Math.Exp(logTerm);
            logTerm += Math.Log(n - k) - Math.Log(k + 1);
        }

        return Math.Min(1, 2 * tail);
    }

    private static double Share(int[] truth, int[] decided, ReadOnlySpan<int> rows)
    {
        int right = 0;
        foreach (int row in rows)
        {
            right += truth[row] == decided[row] ? 1 : 0;
        }

        return (double)right / rows.Length;
    }
}
