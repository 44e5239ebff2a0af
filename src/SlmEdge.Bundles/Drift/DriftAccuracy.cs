namespace SlmEdge.Bundles.Drift;

/// <summary>How many decisions are right, estimated from their confidence.</summary>
/// <param name="Estimate">The share, 0 to 1.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Its upper end.</param>
/// <remarks>
/// It holds while confidence means what it meant on the validation rows: for another mix of such texts, not for texts of a kind that the model has never seen. The
/// alarms are there for those.
/// </remarks>
public sealed record DriftAccuracy(double Estimate, double Low, double High)
{
    // What a step of few validation rows knows less of than the calibrated confidence itself.
    private const double PriorRows = 5;

    private const double Normal95 = 1.959964;

    /// <summary>
    /// The share of right validation rows at each step of confidence, drawn towards the confidence itself where there are few, weighted with how often recent texts lie
    /// there. The interval has the chance of the texts and that of the validation rows.
    /// </summary>
    internal static DriftAccuracy? Of(ReadOnlySpan<int> reference, ReadOnlySpan<int> right, ReadOnlySpan<int> recent)
    {
        double texts = 0;
        foreach (int count in recent)
        {
            texts += count;
        }

        if (texts == 0)
        {
            return null;
        }

        double estimate = 0;
        double variance = 0;
        for (int level = 0; level < recent.Length; level++)
        {
            double share = recent[level] / texts;
            double known = reference[level] + PriorRows;
            double accuracy = (right[level] + (PriorRows * DriftText.ConfidenceOf(level))) / known;
            estimate += share * accuracy;
            variance += accuracy * (1 - accuracy) * ((share / texts) + (share * share / known));
        }

        double half = Normal95 * Math.Sqrt(variance);
        return new DriftAccuracy(estimate, Math.Max(0, estimate - half), Math.Min(1, estimate + half));
    }
}
