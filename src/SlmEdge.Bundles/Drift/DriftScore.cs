namespace SlmEdge.Bundles.Drift;

/// <summary>The calibrated probability of one label.</summary>
/// <param name="Label">Its index in the task.</param>
/// <param name="Probability">The probability, 0 to 1.</param>
public readonly record struct DriftScore(int Label, double Probability)
{
    /// <summary>Labels of a text that are looked at, the likeliest.</summary>
    public const int MaxCount = DriftText.MaxScores;

    /// <summary>The likeliest labels of a text, the best first.</summary>
    /// <param name="logProbs">The calibrated log-probability of each label, in the order of the task.</param>
    public static IReadOnlyList<DriftScore> Best(ReadOnlySpan<float> logProbs)
    {
        var best = new List<DriftScore>(MaxCount + 1);
        for (int label = 0; label < logProbs.Length; label++)
        {
            double probability = Math.Exp(logProbs[label]);
            int place = best.Count;
            while (place > 0 && best[place - 1].Probability < probability)
            {
                place--;
            }

            if (place < MaxCount)
            {
                best.Insert(place, new DriftScore(label, probability));
                if (best.Count > MaxCount)
                {
                    best.RemoveAt(MaxCount);
                }
            }
        }

        return best;
    }
}
