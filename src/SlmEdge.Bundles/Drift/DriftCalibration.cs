namespace SlmEdge.Bundles.Drift;

/// <summary>
/// Finds the thresholds above which a window of texts differs from the reference by more than chance. Nothing is assumed about the statistics: stretches of texts
/// without any change are drawn from the rows, and the thresholds are set above what these reach.
/// </summary>
/// <remarks>
/// Two things are chance: which texts come, and which rows the reference happened to have. So each stretch has a reference of its own, drawn from the rows with
/// replacement (the bootstrap, Efron 1979), and its texts are drawn from the rows themselves. What no row has is not therefore impossible: among n rows without it, its
/// share is exponentially distributed around 1/(n+1), and so often a text is drawn of which everything is at random.
/// </remarks>
internal static class DriftCalibration
{
    // The thresholds are set for less than the rate that is stated: they rest on few stretches, and rows are no perfect likeness of what comes.
    private const double Reserve = 0.7;

    public static (double[] Thresholds, double[] Usual, double Observed) Find(DriftText[] rows, int labels, LabelDistance? distance, DriftOptions options, CancellationToken ct)
    {
        double[][] highest = new double[options.Simulations][];
        double[][] middle = new double[options.Simulations][];
        Parallel.For(0, options.Simulations, new ParallelOptions { CancellationToken = ct }, stretch =>
            (highest[stretch], middle[stretch]) = Simulate(rows, labels, distance, options, new Random(unchecked((options.Seed * 1_000_003) + stretch))));

        double[][] sorted = [.. Enumerable.Range(0, DriftMeasure.Count).Select(statistic => highest.Select(values => values[statistic]).OrderDescending().ToArray())];
        double allowed = options.FalseAlarmRate * Reserve * options.Simulations;
        double[] thresholds = [.. sorted.Select(values => values[0])];
        int alarms = 0;

        // Every statistic gives up as many stretches, and all together no more than allowed.
        for (int rank = 1; rank < options.Simulations; rank++)
        {
            double[] lower = [.. sorted.Select(values => values[rank])];
            int more = highest.Count(values => IsAbove(values, lower));
            if (more > allowed)
            {
                break;
            }

            (thresholds, alarms) = (lower, more);
        }

        double[] usual = [.. Enumerable.Range(0, DriftMeasure.Count).Select(statistic => middle.Select(values => values[statistic]).Order().ElementAt(options.Simulations / 2))];
        return (thresholds, usual, (double)alarms / options.Simulations);
    }

    /// <summary>The highest value of each statistic in a stretch without any change, and the value at its end.</summary>
    private static (double[] Highest, double[] Last) Simulate(DriftText[] rows, int labels, LabelDistance? distance, DriftOptions options, Random random)
    {
        var reference = new DriftCounts(labels);
        for (int i = 0; i < rows.Length; i++)
        {
            reference.Add(rows[random.Next(rows.Length)]);
        }

        double strangers = -Math.Log(1 - random.NextDouble()) / (rows.Length + 1);
        var window = new DriftCounts(labels);
        var ring = new DriftText[options.Window];
        double[] highest = new double[DriftMeasure.Count];
        double[] values = new double[DriftMeasure.Count];
        for (int i = 0; i < options.StretchTexts; i++)
        {
            ref DriftText place = ref ring[i % ring.Length];
            if (i >= ring.Length)
            {
                window.Add(place, -1);
            }

            place = random.NextDouble() < strangers ? Stranger(rows, labels, random) : rows[random.Next(rows.Length)];
            window.Add(place);
            if (i + 1 >= ring.Length && (i + 1) % options.Step == 0)
            {
                DriftMeasure.Compute(reference, distance, window, values);
                for (int statistic = 0; statistic < values.Length; statistic++)
                {
                    highest[statistic] = Math.Max(highest[statistic], values[statistic]);
                }
            }
        }

        return (highest, values);
    }

    private static DriftText Stranger(DriftText[] rows, int labels, Random random)
    {
        DriftText text = rows[random.Next(rows.Length)];
        if (labels > 0)
        {
            text.Label = (ushort)random.Next(labels);
            text.Confidence = (byte)random.Next(DriftText.Levels);
            text.ScoreCount = 1;
            text.ScoreClasses[0] = DriftText.ScoreClass(text.Label);
            text.Scores[0] = byte.MaxValue;
        }

        text.HasUnknown = true;
        text.HasNew = true;
        text.AnswerLength = text.AnswerLength == DriftText.NoLength ? DriftText.NoLength : (byte)random.Next(DriftText.Levels);
        for (int i = 0; i < text.TokenCount; i++)
        {
            text.Tokens[i] = (byte)random.Next(DriftText.TokenClasses);
        }

        return text;
    }

    internal static bool IsAbove(ReadOnlySpan<double> values, ReadOnlySpan<double> thresholds)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] > thresholds[i])
            {
                return true;
            }
        }

        return false;
    }
}
