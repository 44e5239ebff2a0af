using SlmEdge.Bundles;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Proof;

/// <summary>Fits what makes confidences mean what they say: the temperature, and the thresholds of label sets with a stated coverage.</summary>
internal static class ConfidenceCalibration
{
    private static readonly double[] UsualCoverages = [0.8, 0.9, 0.95, 0.99];

    /// <summary>
    /// The temperature is fitted on every second row, the thresholds on the rows between: a guarantee of coverage holds only for rows that
    /// had no part in the scores.
    /// </summary>
    /// <param name="logProbs">The shipped model's log-probabilities of the validation rows, [rows, labels].</param>
    /// <param name="truth">True label indices.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <param name="wanted">A coverage that the task asks for, beside the usual ones.</param>
    public static BundleCalibration Fit(ReadOnlySpan<float> logProbs, ReadOnlySpan<int> truth, int labelCount, double? wanted)
    {
        var (fitted, fittedTruth) = EverySecond(logProbs, truth, labelCount, first: 0);
        double temperature = Calibration.FitTemperature(fitted, fittedTruth, labelCount);
        if (truth.Length < 2)
        {
            return new BundleCalibration(temperature);
        }

        var (held, heldTruth) = EverySecond(logProbs, truth, labelCount, first: 1);
        for (int row = 0; row < heldTruth.Length; row++)
        {
            LabelScores.ApplyTemperature(held.AsSpan(row * labelCount, labelCount), temperature);
        }

        return new BundleCalibration(temperature)
        {
            Conformal =
            [
                .. UsualCoverages.Concat(wanted is { } own ? [own] : []).Distinct().Order()
                    .Select(coverage => new ConformalThreshold(coverage, Math.Clamp(ConformalPrediction.Threshold(held, heldTruth, labelCount, coverage), 0, 1))),
            ],
        };
    }

    private static (float[] LogProbs, int[] Truth) EverySecond(ReadOnlySpan<float> logProbs, ReadOnlySpan<int> truth, int labelCount, int first)
    {
        int rows = (truth.Length - first + 1) / 2;
        float[] some = new float[rows * labelCount];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            int row = first + (2 * i);
            labels[i] = truth[row];
            logProbs.Slice(row * labelCount, labelCount).CopyTo(some.AsSpan(i * labelCount));
        }

        return (some, labels);
    }
}
