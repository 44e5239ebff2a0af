namespace SlmEdge.Tasks.Metrics;

/// <summary>From which probability on a label is one of a text's several: found on validation rows, applied to any.</summary>
/// <remarks>
/// The probabilities of a text's labels sum to one, and a model trained on several labels a text shares it out among them, so the threshold is low: two labels that fit equally have
/// a half each, three a third.
/// </remarks>
public static class LabelThreshold
{
    /// <summary>
    /// The threshold with the largest micro-F1 over all labels of all rows, between the two probabilities where it is reached. One threshold for all labels: one for each would be
    /// fitted to a handful of rows where labels are rare.
    /// </summary>
    /// <param name="logProbs">Log-probabilities of the labels, [rows, labels], normalised.</param>
    /// <param name="truth">True label indices of each row.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <returns>A probability above 0 and below 1.</returns>
    /// <exception cref="ArgumentException">No rows, or another number of scores.</exception>
    public static double Choose(ReadOnlySpan<float> logProbs, IReadOnlyList<int[]> truth, int labelCount)
    {
        ArgumentNullException.ThrowIfNull(truth);
        if (truth.Count == 0 || logProbs.Length != truth.Count * labelCount)
        {
            throw new ArgumentException($"{logProbs.Length} scores are not those of {truth.Count} rows and {labelCount} labels", nameof(logProbs));
        }

        var scored = new (double Probability, bool True)[logProbs.Length];
        for (int row = 0; row < truth.Count; row++)
        {
            for (int label = 0; label < labelCount; label++)
            {
                scored[(row * labelCount) + label] = (Math.Exp(logProbs[(row * labelCount) + label]), Array.IndexOf(truth[row], label) >= 0);
            }
        }

        Array.Sort(scored, (a, b) => b.Probability.CompareTo(a.Probability));
        int all = truth.Sum(set => set.Length);
        (double best, double threshold) = (-1, 0.5);
        int hits = 0;
        for (int given = 1; given <= scored.Length; given++)
        {
            hits += scored[given - 1].True ? 1 : 0;
            double next = given < scored.Length ? scored[given].Probability : 0;
            double f1 = 2.0 * hits / (given + all);
            if (next < scored[given - 1].Probability && f1 > best)
            {
                (best, threshold) = (f1, (scored[given - 1].Probability + next) / 2);
            }
        }

        return Math.Clamp(threshold, 1e-6, 1 - 1e-6);
    }

    /// <summary>The labels of at least the threshold, in the order of their indices.</summary>
    /// <param name="logProbs">Log-probabilities of a row's labels, normalised.</param>
    /// <param name="threshold">The threshold.</param>
    public static int[] Apply(ReadOnlySpan<float> logProbs, double threshold)
    {
        var labels = new List<int>();
        for (int label = 0; label < logProbs.Length; label++)
        {
            if (Math.Exp(logProbs[label]) >= threshold)
            {
                labels.Add(label);
            }
        }

        return [.. labels];
    }

    /// <summary>The labels of every row.</summary>
    /// <param name="logProbs">Log-probabilities of the labels, [rows, labels], normalised.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="threshold">The threshold.</param>
    public static int[][] ApplyAll(ReadOnlySpan<float> logProbs, int labelCount, double threshold)
    {
        var sets = new int[logProbs.Length / labelCount][];
        for (int row = 0; row < sets.Length; row++)
        {
            sets[row] = Apply(logProbs.Slice(row * labelCount, labelCount), threshold);
        }

        return sets;
    }
}
