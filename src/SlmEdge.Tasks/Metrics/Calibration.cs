namespace SlmEdge.Tasks.Metrics;

/// <summary>
/// Whether a probability means what it says, and the temperature that makes it so (Guo, Pleiss, Sun, Weinberger 2017, "On Calibration of
/// Modern Neural Networks", arXiv 1706.04599).
/// </summary>
public static class Calibration
{
    /// <summary>
    /// Lowest temperature fitted. A set without a single error would drive the temperature to 0, and with it every confidence to 1.
    /// </summary>
    public const double MinTemperature = 0.25;

    /// <summary>Highest temperature fitted; beyond it the distribution is flat for any practical score.</summary>
    public const double MaxTemperature = 20;

    /// <summary>A label the engine excludes (negative infinity) counts as e^-100: unlikely beyond measure, yet a finite cost.</summary>
    private const double Floor = 100;

    /// <summary>
    /// Expected calibration error: the mean, weighted by examples, of |accuracy − confidence| over bins of equal width of the confidence
    /// of the best label. 0 is perfect.
    /// </summary>
    /// <param name="logProbs">Log-probabilities, [examples, labels], each row normalised.</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="bins">Number of bins; 15 as in the paper.</param>
    public static double ExpectedCalibrationError(ReadOnlySpan<float> logProbs, ReadOnlySpan<int> truth, int labelCount, int bins = 15)
    {
        int rows = truth.Length;
        return Reliability(logProbs, truth, labelCount, bins).Sum(bin => Math.Abs(bin.Accuracy - bin.Confidence) * bin.Rows) / rows;
    }

    /// <summary>The reliability diagram: decisions by the confidence of the best label, in bins of equal width, the lowest first. Empty bins are 0.</summary>
    /// <param name="logProbs">Log-probabilities, [examples, labels], each row normalised.</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="bins">Number of bins.</param>
    public static IReadOnlyList<ReliabilityBin> Reliability(ReadOnlySpan<float> logProbs, ReadOnlySpan<int> truth, int labelCount, int bins = 15)
    {
        Check(logProbs, truth, labelCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var confidence = new double[bins];
        var hits = new int[bins];
        var count = new int[bins];
        for (int i = 0; i < truth.Length; i++)
        {
            ReadOnlySpan<float> row = logProbs.Slice(i * labelCount, labelCount);
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row);
            double probability = Math.Exp(row[best]);
            // Bins are open below and closed above, as in the paper.
            int bin = Math.Clamp((int)Math.Ceiling(probability * bins) - 1, 0, bins - 1);
            confidence[bin] += probability;
            hits[bin] += best == truth[i] ? 1 : 0;
            count[bin]++;
        }

        return [.. Enumerable.Range(0, bins).Select(bin => count[bin] == 0
            ? new ReliabilityBin(0, 0, 0)
            : new ReliabilityBin(count[bin], confidence[bin] / count[bin], (double)hits[bin] / count[bin]))];
    }

    /// <summary>Mean negative log-likelihood, in nats, of the true labels after dividing the scores by a temperature.</summary>
    /// <param name="scores">Log-probabilities or logits, [examples, labels].</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="temperature">Above 0.</param>
    public static double NegativeLogLikelihood(ReadOnlySpan<float> scores, ReadOnlySpan<int> truth, int labelCount, double temperature = 1)
    {
        Check(scores, truth, labelCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        return Evaluate(scores, truth, labelCount, 1 / temperature).Loss;
    }

    /// <summary>
    /// The temperature, from <see cref="MinTemperature"/> to <see cref="MaxTemperature"/>, that minimises the negative log-likelihood.
    /// Fit it on examples that were neither trained on nor are used for the final score.
    /// </summary>
    /// <param name="scores">Log-probabilities or logits, [examples, labels].</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    public static double FitTemperature(ReadOnlySpan<float> scores, ReadOnlySpan<int> truth, int labelCount)
    {
        Check(scores, truth, labelCount);
        // In b = 1/T the loss is convex (its second derivative is a mean variance), so Newton's method kept inside a shrinking
        // bracket of the derivative's sign finds the minimum.
        double low = 1 / MaxTemperature;
        double high = 1 / MinTemperature;
        if (Evaluate(scores, truth, labelCount, low).Slope >= 0)
        {
            return MaxTemperature;
        }

        if (Evaluate(scores, truth, labelCount, high).Slope <= 0)
        {
            return MinTemperature;
        }

        double inverse = Math.Clamp(1, low, high);
        for (int step = 0; step < 100 && high - low > 1e-10 * high; step++)
        {
            (_, double slope, double curvature) = Evaluate(scores, truth, labelCount, inverse);
            if (slope > 0)
            {
                high = inverse;
            }
            else
            {
                low = inverse;
            }

            double next = inverse - (slope / curvature);
            if (Math.Abs(next - inverse) <= 1e-12 * inverse)
            {
                break;
            }

            inverse = next > low && next < high ? next : (low + high) / 2;
        }

        return 1 / inverse;
    }

    private static (double Loss, double Slope, double Curvature) Evaluate(ReadOnlySpan<float> scores, ReadOnlySpan<int> truth, int labelCount, double inverse)
    {
        double loss = 0;
        double slope = 0;
        double curvature = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            ReadOnlySpan<float> row = scores.Slice(i * labelCount, labelCount);
            double max = System.Numerics.Tensors.TensorPrimitives.Max(row);
            if (!double.IsFinite(max))
            {
                throw new ArgumentException($"the best score of example {i} is {max}", nameof(scores));
            }

            double sum = 0;
            double first = 0;
            double second = 0;
            foreach (float score in row)
            {
                double z = Math.Max(score - max, -Floor);
                double weight = Math.Exp(inverse * z);
                sum += weight;
                first += weight * z;
                second += weight * z * z;
            }

            double mean = first / sum;
            double own = Math.Max(row[truth[i]] - max, -Floor);
            loss += Math.Log(sum) - (inverse * own);
            slope += mean - own;
            curvature += (second / sum) - (mean * mean);
        }

        return (loss / truth.Length, slope / truth.Length, curvature / truth.Length);
    }

    private static void Check(ReadOnlySpan<float> scores, ReadOnlySpan<int> truth, int labelCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, 1);
        if (truth.IsEmpty || scores.Length != (long)truth.Length * labelCount)
        {
            throw new ArgumentException($"{scores.Length} scores do not make {truth.Length} rows of {labelCount}", nameof(scores));
        }

        for (int i = 0; i < truth.Length; i++)
        {
            if ((uint)truth[i] >= (uint)labelCount)
            {
                throw new ArgumentException($"true label {truth[i]} of example {i} is not one of {labelCount}", nameof(truth));
            }
        }
    }
}
