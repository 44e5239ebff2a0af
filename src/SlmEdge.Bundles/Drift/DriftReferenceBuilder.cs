namespace SlmEdge.Bundles.Drift;

/// <summary>Makes the reference of a bundle from decided validation rows.</summary>
public static class DriftReferenceBuilder
{
    // As many as fit into the file; rarer ones count as new, here as on the device.
    private const int MaxKnownTokens = 12_000;

    private const int MaxUnknownTokens = 4096;

    /// <summary>Counts the rows and finds the thresholds.</summary>
    /// <param name="rows">Decided rows, at least <see cref="DriftReference.MinRows"/>; of more than <see cref="DriftReference.MaxRows"/> so many are drawn.</param>
    /// <param name="labels">Labels of the task.</param>
    /// <param name="unknownTokens">Tokens that stand for no known character.</param>
    /// <param name="options">Window, false-alarm rate and the effort; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Stops the search for the thresholds.</param>
    /// <exception cref="ArgumentException">There are too few rows, or the options make no sense.</exception>
    public static DriftReference Create(
        IReadOnlyList<DriftRow> rows, int labels, IEnumerable<int> unknownTokens, DriftOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(labels);
        options ??= new DriftOptions();
        rows = Choose(rows, options);
        HashSet<int> unknown = Limit(unknownTokens);
        int[] right = new int[DriftText.Levels];
        var texts = new DriftText[rows.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            DriftRow row = rows[i];
            texts[i] = DriftSampling.Describe(row.Label, row.Confidence, row.Scores, row.Tokens, unknown);
            right[texts[i].Confidence] += row.IsRight ? 1 : 0;
        }

        return Create(texts, [.. rows.Select(row => row.Tokens)], labels, right, unknown, options, ct);
    }

    /// <summary>Counts answered rows, of which none has just one label, and finds the thresholds.</summary>
    /// <param name="rows">Answered rows, at least <see cref="DriftReference.MinRows"/>; of more than <see cref="DriftReference.MaxRows"/> so many are drawn.</param>
    /// <param name="unknownTokens">Tokens that stand for no known character.</param>
    /// <param name="options">Window, false-alarm rate and the effort; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Stops the search for the thresholds.</param>
    /// <exception cref="ArgumentException">There are too few rows, or the options make no sense.</exception>
    public static DriftReference Create(IReadOnlyList<DriftAnswer> rows, IEnumerable<int> unknownTokens, DriftOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new DriftOptions();
        rows = Choose(rows, options);
        HashSet<int> unknown = Limit(unknownTokens);
        return Create(
            [.. rows.Select(row => DriftSampling.Describe(row, unknown))], [.. rows.Select(row => row.Tokens)], 0, new int[DriftText.Levels], unknown, options, ct);
    }

    private static DriftReference Create(DriftText[] texts, IReadOnlyList<int>[] tokens, int labels, int[] right, HashSet<int> unknown, DriftOptions options, CancellationToken ct)
    {
        HashSet<int> known = FindNew(texts, tokens);
        var counts = new DriftCounts(labels);
        foreach (ref readonly DriftText text in texts.AsSpan())
        {
            counts.Add(text);
        }

        LabelDistance? distance = labels == 0 ? null : LabelDistance.Of(texts, labels);
        (double[] thresholds, double[] usual, double observed) = DriftCalibration.Find(texts, labels, distance, options, ct);
        return new DriftReference(
            counts,
            right,
            distance,
            known,
            unknown,
            thresholds,
            usual,
            new DriftFalseAlarms(options.FalseAlarmRate, options.StretchTexts, options.Simulations, observed),
            options.Window,
            options.Step);
    }

    private static IReadOnlyList<T> Choose<T>(IReadOnlyList<T> rows, DriftOptions options)
    {
        if (rows.Count < DriftReference.MinRows)
        {
            throw new ArgumentException($"{rows.Count} rows say too little; at least {DriftReference.MinRows} are needed.", nameof(rows));
        }

        if (options.Window < 1 || options.Step < 1 || options.StretchTexts < options.Window || options.Simulations < 20 || !(options.FalseAlarmRate is > 0 and < 1))
        {
            throw new ArgumentException("A window, step, stretch, rate or number of simulations is out of range.", nameof(options));
        }

        if (rows.Count <= DriftReference.MaxRows)
        {
            return rows;
        }

        T[] drawn = [.. rows];
        new Random(options.Seed).Shuffle(drawn);
        return drawn[..DriftReference.MaxRows];
    }

    private static HashSet<int> Limit(IEnumerable<int> unknownTokens)
    {
        ArgumentNullException.ThrowIfNull(unknownTokens);
        return [.. unknownTokens.Order().Take(MaxUnknownTokens)];
    }

    /// <summary>
    /// A row has a new token when no other row has it: what a text to come finds, too, whose tokens are looked up among those of all rows.
    /// </summary>
    private static HashSet<int> FindNew(DriftText[] texts, IReadOnlyList<int>[] tokens)
    {
        var rowsWith = new Dictionary<int, int>();
        foreach (IReadOnlyList<int> row in tokens)
        {
            foreach (int token in row.Distinct())
            {
                rowsWith[token] = rowsWith.GetValueOrDefault(token) + 1;
            }
        }

        HashSet<int> known = [.. rowsWith.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(MaxKnownTokens).Select(pair => pair.Key)];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i].HasNew = DriftSampling.Any(tokens[i], token => rowsWith[token] < 2 || !known.Contains(token));
        }

        return known;
    }
}
