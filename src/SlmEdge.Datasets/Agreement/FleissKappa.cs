namespace SlmEdge.Datasets.Agreement;

/// <summary>
/// Agreement of several annotators beyond chance (Fleiss 1971, "Measuring nominal scale agreement among many raters"). Items may have
/// different numbers of ratings: each counts with the pairs of ratings that it has, which is Fleiss's formula when all have the same number.
/// </summary>
public static class FleissKappa
{
    /// <summary>Computes kappa over all labels.</summary>
    /// <param name="counts">For each item, how many annotators gave each label; items with fewer than two ratings are left out.</param>
    /// <returns>1 for full agreement, 0 for chance; not a number when all gave one and the same label throughout.</returns>
    public static double Compute(IReadOnlyList<int[]> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        int[][] rated = [.. counts.Where(item => item.Sum() > 1)];
        double agreement = rated.Average(item => item.Sum(n => n * (n - 1.0)) / (item.Sum() * (item.Sum() - 1.0)));
        double chance = Shares(rated).Sum(share => share * share);
        return chance >= 1 ? double.NaN : (agreement - chance) / (1 - chance);
    }

    /// <summary>Computes kappa of one label against all others.</summary>
    /// <param name="counts">As for <see cref="Compute"/>.</param>
    /// <param name="label">The label.</param>
    /// <returns>Not a number when the label was given never or always.</returns>
    public static double OfLabel(IReadOnlyList<int[]> counts, int label)
    {
        ArgumentNullException.ThrowIfNull(counts);
        int[][] rated = [.. counts.Where(item => item.Sum() > 1)];
        double share = Shares(rated)[label];
        double disagreement = rated.Sum(item => item[label] * (double)(item.Sum() - item[label]) / (item.Sum() - 1));
        double chance = rated.Sum(item => item.Sum()) * share * (1 - share);
        return chance <= 0 ? double.NaN : 1 - (disagreement / chance);
    }

    private static double[] Shares(int[][] counts)
    {
        double all = counts.Sum(item => item.Sum());
        return [.. Enumerable.Range(0, counts[0].Length).Select(label => counts.Sum(item => item[label]) / all)];
    }
}
