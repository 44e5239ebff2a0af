namespace SlmEdge.Tasks.Metrics;

/// <summary>How many fields of one document were wanted, written, and both; sums of them give precision and recall.</summary>
/// <param name="IsJson">Whether the answer is JSON.</param>
/// <param name="Common">Fields that are wanted and written.</param>
/// <param name="Wanted">Wanted fields.</param>
/// <param name="Written">Written fields.</param>
public readonly record struct JsonFieldCounts(bool IsJson, long Common, long Wanted, long Written)
{
    /// <summary>Whether exactly the wanted fields were written.</summary>
    public bool IsExact => IsJson && Common == Wanted && Common == Written;

    /// <summary>Share of the written fields that were wanted.</summary>
    public double Precision => Ratio(Common, Written);

    /// <summary>Share of the wanted fields that were written.</summary>
    public double Recall => Ratio(Common, Wanted);

    /// <summary>Harmonic mean of the two.</summary>
    public double F1 => Ratio(2 * Common, Wanted + Written);

    /// <summary>The sums over some documents; <see cref="IsJson"/> of the sum says whether all are.</summary>
    /// <param name="counts">Counts of every document.</param>
    /// <param name="rows">Which to add up; they may repeat.</param>
    public static JsonFieldCounts Sum(IReadOnlyList<JsonFieldCounts> counts, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var sum = new JsonFieldCounts(true, 0, 0, 0);
        foreach (int row in rows)
        {
            JsonFieldCounts own = counts[row];
            sum = new JsonFieldCounts(sum.IsJson && own.IsJson, sum.Common + own.Common, sum.Wanted + own.Wanted, sum.Written + own.Written);
        }

        return sum;
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
