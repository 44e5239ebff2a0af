namespace SlmEdge.Bundles.Drift;

/// <summary>
/// What the model decided or wrote on the validation rows and what their tokens were, in counts, with the thresholds above which recent texts are others. The file
/// <c>drift.json</c> of a bundle.
/// </summary>
public sealed class DriftReference
{
    /// <summary>Name of the file in a bundle.</summary>
    public const string FileName = "drift.json";

    /// <summary>Fewest rows that say something about texts to come.</summary>
    public const int MinRows = 50;

    /// <summary>Most rows that are taken; more would not make it know more than a device can tell.</summary>
    public const int MaxRows = 5000;

    internal const int MaxBytes = 256 * 1024;

    internal DriftReference(
        DriftCounts counts,
        int[] right,
        LabelDistance? distance,
        IEnumerable<int> knownTokens,
        IEnumerable<int> unknownTokens,
        double[] thresholds,
        double[] usual,
        DriftFalseAlarms falseAlarms,
        int window,
        int step)
    {
        Counts = counts;
        Right = right;
        Distance = distance;
        KnownTokens = new SortedSet<int>(knownTokens);
        UnknownTokens = new SortedSet<int>(unknownTokens);
        Thresholds = thresholds;
        Usual = usual;
        FalseAlarms = falseAlarms;
        Window = window;
        Step = step;
        known = [.. KnownTokens];
        unknown = [.. UnknownTokens];
        Statistics =
        [
            .. Enum.GetValues<DriftStatistic>().Where(statistic => statistic switch
            {
                DriftStatistic.Labels or DriftStatistic.Confidence => LabelCount > 0,
                DriftStatistic.AnswerLength => counts.AnswerLength.Any(count => count > 0),
                DriftStatistic.UnfinishedAnswers => counts.Unfinished > 0 || counts.AnswerLength.Any(count => count > 0),
                _ => true,
            }),
        ];
    }

    private readonly HashSet<int> known;
    private readonly HashSet<int> unknown;

    /// <summary>Validation rows that were decided.</summary>
    public int Rows => Counts.Texts;

    /// <summary>What is compared.</summary>
    public IReadOnlyList<DriftStatistic> Statistics { get; }

    /// <summary>Labels of the task; 0 where a text does not have just one.</summary>
    public int LabelCount => Counts.Labels.Length;

    /// <summary>Recent texts that are compared with the reference.</summary>
    public int Window { get; }

    /// <summary>Texts from one comparison to the next.</summary>
    public int Step { get; }

    /// <summary>How often there is an alarm without a cause.</summary>
    public DriftFalseAlarms FalseAlarms { get; }

    /// <summary>Share of validation rows that were decided rightly, 0 to 1; <see langword="null"/> where a text does not have just one label.</summary>
    public double? Accuracy => LabelCount == 0 ? null : (double)Right.Sum() / Rows;

    /// <summary>Share of validation rows that were decided for each label, in the order of the task.</summary>
    public IReadOnlyList<double> LabelShares => [.. Counts.Labels.Select(count => (double)count / Math.Max(Rows, 1))];

    internal DriftCounts Counts { get; }

    /// <summary>How far labels lie apart; null without labels.</summary>
    internal LabelDistance? Distance { get; }

    /// <summary>Right decisions at each step of confidence.</summary>
    internal int[] Right { get; }

    /// <summary>Tokens of the rows.</summary>
    internal SortedSet<int> KnownTokens { get; }

    /// <summary>Tokens that stand for no known character: the unknown token, bytes, and parts of characters.</summary>
    internal SortedSet<int> UnknownTokens { get; }

    internal double[] Thresholds { get; }

    /// <summary>What each statistic is half of the time while nothing has changed.</summary>
    internal double[] Usual { get; }

    /// <summary>Reads a reference.</summary>
    /// <param name="utf8">The bytes of <c>drift.json</c>.</param>
    /// <param name="bundle">What errors call the bundle.</param>
    /// <exception cref="BundleException">It is malformed, inconsistent or of another format version.</exception>
    public static DriftReference Parse(ReadOnlyMemory<byte> utf8, string? bundle = null) => DriftReferenceJson.Parse(utf8, bundle);

    /// <summary>The bytes of <c>drift.json</c>, below 32 KiB for a vocabulary and label set of the usual size.</summary>
    public byte[] ToUtf8() => DriftReferenceJson.Write(this);

    /// <summary>What is remembered of a decided text.</summary>
    /// <param name="label">The best label's index in the task.</param>
    /// <param name="confidence">Its calibrated probability.</param>
    /// <param name="scores">The likeliest labels.</param>
    /// <param name="tokens">The tokens of the text, with or without the answer cue, but as when the reference was made.</param>
    internal DriftText Describe(int label, double confidence, IReadOnlyList<DriftScore> scores, IReadOnlyList<int> tokens)
    {
        var text = DriftSampling.Describe(label, confidence, scores, tokens, unknown);
        text.HasNew = DriftSampling.Any(tokens, token => !known.Contains(token));
        return text;
    }

    /// <summary>What is remembered of an answered text.</summary>
    internal DriftText Describe(DriftAnswer answer)
    {
        var text = DriftSampling.Describe(answer, unknown);
        text.HasNew = DriftSampling.Any(answer.Tokens, token => !known.Contains(token));
        return text;
    }
}
