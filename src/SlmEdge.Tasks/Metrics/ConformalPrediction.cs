namespace SlmEdge.Tasks.Metrics;

/// <summary>
/// Label sets that hold the true label with a stated probability, whatever the model: the least ambiguous set-valued classifier of Sadinle,
/// Lei, Wasserman 2019 (arXiv 1609.00451) by split conformal prediction (Vovk et al. 2005). A label is in the set when its probability
/// reaches a threshold that was chosen on rows which neither trained nor calibrated the model.
/// </summary>
public static class ConformalPrediction
{
    /// <summary>
    /// The largest threshold with which the sets hold the true label of a further row, drawn as these rows were, with at least the wanted
    /// probability. Of the n true labels' probabilities in ascending order it is the one at ⌊(n + 1)(1 − coverage)⌋, counted from 1.
    /// </summary>
    /// <param name="logProbs">Log-probabilities, [rows, labels], each row normalised.</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="coverage">Above 0, below 1.</param>
    /// <returns>A probability; 0 when there are too few rows for the coverage, so that a set holds every label.</returns>
    /// <exception cref="ArgumentException">There are no rows, or the lengths do not fit each other.</exception>
    public static double Threshold(ReadOnlySpan<float> logProbs, ReadOnlySpan<int> truth, int labelCount, double coverage)
    {
        if (!(coverage > 0 && coverage < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "has to be above 0 and below 1");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, 1);
        if (truth.IsEmpty || logProbs.Length != (long)truth.Length * labelCount)
        {
            throw new ArgumentException($"{logProbs.Length} scores do not make {truth.Length} rows of {labelCount}", nameof(logProbs));
        }

        var own = new double[truth.Length];
        for (int row = 0; row < own.Length; row++)
        {
            own[row] = Math.Exp(logProbs[(row * labelCount) + truth[row]]);
        }

        Array.Sort(own);

        // 1 - 0.9 is a little below 0.1: without the tolerance, exact multiples would lose a row.
        int rank = (int)Math.Floor(((own.Length + 1) * (1 - coverage)) + 1e-9);
        return rank == 0 ? 0 : own[rank - 1];
    }

    /// <summary>Whether a label belongs into the set by its probability; the likeliest one always does, so that no set is empty.</summary>
    /// <param name="probability">The label's probability.</param>
    /// <param name="threshold">What <see cref="Threshold"/> gave.</param>
    public static bool Includes(double probability, double threshold) => probability >= threshold;
}
