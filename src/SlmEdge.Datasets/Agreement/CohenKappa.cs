namespace SlmEdge.Datasets.Agreement;

/// <summary>
/// Agreement of two annotators beyond chance (Cohen 1960, "A coefficient of agreement for nominal scales"; weighted: Cohen 1968):
/// 1 − Σ w·observed / Σ w·expected, where expected is what annotators with the same habits would do independently.
/// </summary>
public static class CohenKappa
{
    /// <summary>Computes kappa.</summary>
    /// <param name="first">The first annotator's label of each item, a number from 0.</param>
    /// <param name="second">The second one's, of the same items.</param>
    /// <param name="labels">Number of labels.</param>
    /// <param name="weights">What disagreements weigh; labels are then in their order.</param>
    /// <returns>1 for full agreement, 0 for chance; not a number when both gave one and the same label throughout.</returns>
    /// <exception cref="ArgumentException">The annotators have other numbers of items.</exception>
    public static double Compute(ReadOnlySpan<int> first, ReadOnlySpan<int> second, int labels, KappaWeights weights = KappaWeights.None)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"One annotator has {first.Length} labels and the other {second.Length}.", nameof(second));
        }

        var rows = new double[labels];
        var columns = new double[labels];
        double observed = 0;
        for (int i = 0; i < first.Length; i++)
        {
            rows[first[i]]++;
            columns[second[i]]++;
            observed += Weight(first[i], second[i], weights);
        }

        double expected = 0;
        for (int i = 0; i < labels; i++)
        {
            for (int j = 0; j < labels; j++)
            {
                expected += Weight(i, j, weights) * rows[i] * columns[j] / first.Length;
            }
        }

        return expected == 0 ? double.NaN : 1 - (observed / expected);
    }

    private static double Weight(int a, int b, KappaWeights weights) => weights switch
    {
        KappaWeights.Linear => Math.Abs(a - b),
        KappaWeights.Quadratic => (a - b) * (double)(a - b),
        _ => a == b ? 0 : 1,
    };
}
