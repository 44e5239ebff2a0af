using System.Numerics.Tensors;

namespace SlmEdge.Tasks.Metrics;

/// <summary>How far the label distributions of one stage are from those of another.</summary>
public static class Divergence
{
    /// <summary>How far from 1 the probabilities of a row may sum: single-precision softmax over thousands of labels stays well inside.</summary>
    private const double SumTolerance = 1e-3;

    /// <summary>
    /// Mean over the rows of the Kullback-Leibler divergence KL(P‖Q) = Σ p·(ln p − ln q), in nats. It is what is lost by using Q where
    /// P was wanted. Infinite when Q excludes a label that P allows.
    /// </summary>
    /// <param name="reference">Log-probabilities P, [rows, labels], each row normalised.</param>
    /// <param name="other">Log-probabilities Q, same shape.</param>
    /// <param name="labelCount">Labels in a row.</param>
    /// <exception cref="ArgumentException">Shapes differ, there are no rows, or a row is not a distribution.</exception>
    public static double MeanKl(ReadOnlySpan<float> reference, ReadOnlySpan<float> other, int labelCount)
    {
        int rows = CountRows(reference, other, labelCount);
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> p = reference.Slice(row * labelCount, labelCount);
            ReadOnlySpan<float> q = other.Slice(row * labelCount, labelCount);
            double kl = 0;
            double sumP = 0;
            double sumQ = 0;
            for (int label = 0; label < labelCount; label++)
            {
                double probability = Math.Exp(p[label]);
                sumP += probability;
                sumQ += Math.Exp(q[label]);
                if (probability > 0)
                {
                    kl += probability * ((double)p[label] - q[label]);
                }
            }

            CheckSum(sumP, row, nameof(reference));
            CheckSum(sumQ, row, nameof(other));
            // Rounding can leave a tiny negative value where the rows are equal; the divergence itself is never negative.
            total += Math.Max(kl, 0);
        }

        return total / rows;
    }

    /// <summary>Number of rows whose most probable label differs.</summary>
    /// <param name="reference">Scores, [rows, labels].</param>
    /// <param name="other">Scores, same shape.</param>
    /// <param name="labelCount">Labels in a row.</param>
    public static int ChangedDecisions(ReadOnlySpan<float> reference, ReadOnlySpan<float> other, int labelCount)
    {
        int rows = CountRows(reference, other, labelCount);
        int changed = 0;
        for (int row = 0; row < rows; row++)
        {
            int first = TensorPrimitives.IndexOfMax(reference.Slice(row * labelCount, labelCount));
            int second = TensorPrimitives.IndexOfMax(other.Slice(row * labelCount, labelCount));
            changed += first == second ? 0 : 1;
        }

        return changed;
    }

    private static int CountRows(ReadOnlySpan<float> reference, ReadOnlySpan<float> other, int labelCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, 1);
        if (reference.Length != other.Length || reference.IsEmpty || reference.Length % labelCount != 0)
        {
            throw new ArgumentException($"{reference.Length} and {other.Length} scores do not make equal, non-empty tables of {labelCount} columns", nameof(other));
        }

        return reference.Length / labelCount;
    }

    private static void CheckSum(double sum, int row, string parameter)
    {
        if (!(Math.Abs(sum - 1) <= SumTolerance))
        {
            throw new ArgumentException($"the probabilities of row {row} sum to {sum}, not 1; normalise the scores over the labels first", parameter);
        }
    }
}
