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
        ArgumentNullException.ThrowIfNull(unknownTokens);
        options ??= new DriftOptions();
        if (rows.Count < DriftReference.MinRows)
        {
            throw new ArgumentException($"{rows.Count} rows say too little; at least {DriftReference.MinRows} are needed.", nameof(rows));
        }

        if (options.Window < 1 || options.Step < 1 || options.StretchTexts < options.Window || options.Simulations < 20 || !(options.FalseAlarmRate is > 0 and < 1))
        {
            throw new ArgumentException("A window, step, stretch, rate or number of simulations is out of range.", nameof(options));
        }

        if (rows.Count > DriftReference.MaxRows)
        {
            DriftRow[] drawn = [.. rows];
            new Random(options.Seed).Shuffle(drawn);
            rows = drawn[..DriftReference.MaxRows];
        }

        HashSet<int> unknown = [.. unknownTokens.Order().Take(MaxUnknownTokens)];
        (DriftText[] texts, HashSet<int> known) = Describe(rows, unknown);
        var counts = new DriftCounts(labels);
        int[] right = new int[DriftText.Levels];
        for (int i = 0; i < texts.Length; i++)
        {
            counts.Add(texts[i]);
            right[texts[i].Confidence] += rows[i].IsRight ? 1 : 0;
        }

        (double[] thresholds, double[] usual, double observed) = DriftCalibration.Find(texts, labels, options, ct);
        return new DriftReference(
            counts, right, known, unknown, thresholds, usual, new DriftFalseAlarms(options.FalseAlarmRate, options.StretchTexts, options.Simulations, observed), options.Window, options.Step);
    }

    /// <summary>
    /// A row has a new token when no other row has it: what a text to come finds, too, whose tokens are looked up among those of all rows.
    /// </summary>
    private static (DriftText[] Texts, HashSet<int> Known) Describe(IReadOnlyList<DriftRow> rows, HashSet<int> unknown)
    {
        var rowsWith = new Dictionary<int, int>();
        foreach (DriftRow row in rows)
        {
            foreach (int token in row.Tokens.Distinct())
            {
                rowsWith[token] = rowsWith.GetValueOrDefault(token) + 1;
            }
        }

        HashSet<int> known = [.. rowsWith.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(MaxKnownTokens).Select(pair => pair.Key)];
        var texts = new DriftText[rows.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            DriftRow row = rows[i];
            texts[i] = DriftSampling.Describe(row.Label, row.Confidence, row.Tokens, unknown);
            texts[i].HasNew = DriftSampling.Any(row.Tokens, token => rowsWith[token] < 2 || !known.Contains(token));
        }

        return (texts, known);
    }
}
