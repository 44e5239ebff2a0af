using System.Numerics.Tensors;

namespace SlmEdge.Tasks.Labels;

/// <summary>From the label log-probabilities of an engine to a distribution over the labels.</summary>
public static class LabelScores
{
    /// <summary>
    /// Log-softmax in place: afterwards the exponentials sum to one. A label with log-probability negative infinity keeps it;
    /// when every label has it, all become equally likely.
    /// </summary>
    /// <exception cref="ArgumentException">A score is NaN or positive infinity.</exception>
    public static void Normalise(Span<float> logProbs) => ApplyTemperature(logProbs, 1);

    /// <summary>Divides the log-probabilities by a temperature and normalises them (Guo et al. 2017, arXiv 1706.04599, section 4.2).</summary>
    /// <param name="logProbs">Log-probabilities, normalised or not; replaced by normalised ones.</param>
    /// <param name="temperature">Above 0; more than 1 flattens the distribution.</param>
    /// <exception cref="ArgumentException">A score is NaN or positive infinity.</exception>
    public static void ApplyTemperature(Span<float> logProbs, double temperature)
    {
        if (!(temperature > 0) || double.IsInfinity(temperature))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "has to be a finite number above 0");
        }

        if (logProbs.IsEmpty)
        {
            return;
        }

        float max = TensorPrimitives.Max(logProbs);
        if (float.IsNaN(max) || float.IsPositiveInfinity(max))
        {
            throw new ArgumentException($"a score is {max}", nameof(logProbs));
        }

        if (float.IsNegativeInfinity(max))
        {
            logProbs.Fill(-MathF.Log(logProbs.Length));
            return;
        }

        double sum = 0;
        foreach (float value in logProbs)
        {
            sum += Math.Exp((value - (double)max) / temperature);
        }

        double logSum = Math.Log(sum);
        for (int i = 0; i < logProbs.Length; i++)
        {
            logProbs[i] = (float)(((logProbs[i] - (double)max) / temperature) - logSum);
        }
    }

    /// <summary>Index of the largest score; the lowest index wins a tie.</summary>
    public static int Best(ReadOnlySpan<float> logProbs) => TensorPrimitives.IndexOfMax(logProbs);
}
