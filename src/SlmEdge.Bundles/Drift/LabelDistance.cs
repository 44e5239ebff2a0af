namespace SlmEdge.Bundles.Drift;

/// <summary>
/// How far apart the mean label probabilities of two sets of texts lie: Mahalanobis' distance with the covariance of the reference. Labels that the model takes for one
/// another vary together, and what is left of their difference counts all the more; for a changed mix of labels it is the score test (Rao 1948), which no other unbiased test
/// of all mixes exceeds everywhere. Counts of decided labels throw away what the model knows of the second-best ones.
/// </summary>
internal sealed class LabelDistance
{
    // Directions in which few rows hardly vary by chance vary more in texts to come, so the diagonal is raised, the more the fewer rows there are for a label. Measured on
    // banking77: with less, 100 to 400 rows raise more false alarms than stated.
    private const double RidgeFactor = 25;
    private const double LeastRidge = 0.02;

    private readonly double[] factor;

    private LabelDistance(int classes, Half[] covariance, double ridge, double[] factor)
    {
        Classes = classes;
        Covariance = covariance;
        Ridge = ridge;
        this.factor = factor;
    }

    public int Classes { get; }

    /// <summary>The lower triangle, row by row.</summary>
    public Half[] Covariance { get; }

    /// <summary>What the diagonal is raised by, in mean variances of a class.</summary>
    public double Ridge { get; }

    /// <summary>The distance for a reference.</summary>
    public static LabelDistance Of(ReadOnlySpan<DriftText> rows, int labels)
    {
        int classes = DriftText.ScoreClassesOf(labels);
        double[] mean = new double[classes];
        double[] sum = new double[classes * (classes + 1) / 2];
        double[] scores = new double[classes];
        foreach (ref readonly DriftText row in rows)
        {
            Array.Clear(scores);
            for (int i = 0; i < row.ScoreCount; i++)
            {
                scores[row.ScoreClasses[i]] += row.Scores[i] / 255.0;
            }

            for (int i = 0; i < classes; i++)
            {
                mean[i] += scores[i] / rows.Length;
                for (int j = 0; scores[i] != 0 && j <= i; j++)
                {
                    sum[Place(i, j)] += scores[i] * scores[j] / rows.Length;
                }
            }
        }

        var covariance = new Half[sum.Length];
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                covariance[Place(i, j)] = (Half)(sum[Place(i, j)] - (mean[i] * mean[j]));
            }
        }

        // Rounding may leave no covariance of anything; then a little more is needed.
        for (double ridge = Math.Max(LeastRidge, RidgeFactor * Math.Pow((double)classes / rows.Length, 1.5)); ; ridge *= 2)
        {
            ridge = Math.Round(ridge, 6);
            if (Create(classes, covariance, ridge) is { } distance)
            {
                return distance;
            }
        }
    }

    /// <summary>The distance with a known covariance.</summary>
    /// <returns>Null where it is no covariance.</returns>
    public static LabelDistance? Create(int classes, Half[] covariance, double ridge)
    {
        double trace = 0;
        for (int i = 0; i < classes; i++)
        {
            trace += (double)covariance[Place(i, i)];
        }

        // Where every row has the same label, any variance does.
        double raised = ridge * (trace > 0 ? trace / classes : 1e-3);
        double[] factor = new double[covariance.Length];
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double rest = (double)covariance[Place(i, j)] + (i == j ? raised : 0);
                for (int k = 0; k < j; k++)
                {
                    rest -= factor[Place(i, k)] * factor[Place(j, k)];
                }

                if (!double.IsFinite(rest) || (i == j && rest <= 0))
                {
                    return null;
                }

                factor[Place(i, j)] = i == j ? Math.Sqrt(rest) : rest / factor[Place(j, j)];
            }
        }

        return new LabelDistance(classes, covariance, ridge, factor);
    }

    /// <summary>The squared distance in standard errors.</summary>
    public double Between(DriftCounts first, DriftCounts second)
    {
        if (first.Texts == 0 || second.Texts == 0)
        {
            return 0;
        }

        Span<double> solved = stackalloc double[Classes];
        double sum = 0;
        int place = 0;
        for (int i = 0; i < Classes; i++)
        {
            double rest = ((first.Scores[i] / (double)first.Texts) - (second.Scores[i] / (double)second.Texts)) / 255;
            for (int j = 0; j < i; j++)
            {
                rest -= factor[place++] * solved[j];
            }

            solved[i] = rest / factor[place++];
            sum += solved[i] * solved[i];
        }

        return sum / ((1.0 / first.Texts) + (1.0 / second.Texts));
    }

    private static int Place(int row, int column) => (row * (row + 1) / 2) + column;
}
