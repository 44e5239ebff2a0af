namespace SlmEdge.Datasets.Quality;

/// <summary>Something that can be wrong with data.</summary>
/// <param name="Code">Its name for machines.</param>
/// <param name="Severity">What it means.</param>
/// <param name="Title">What is the case.</param>
/// <param name="Advice">What to do.</param>
public sealed record FindingKind(string Code, Severity Severity, string Title, string Advice)
{
    internal static FindingKind Unreadable { get; } = new("unreadable", Severity.Error, "rows that cannot be read", "Mend or remove them; training stops at the first.");

    internal static FindingKind EmptyText { get; } = new("empty-text", Severity.Error, "rows with an empty text or answer", "Fill them in or remove them; training stops at the first.");

    internal static FindingKind EmptyLabel { get; } = new("empty-label", Severity.Error, "rows without a label", "Label them or remove them; training stops at the first.");

    internal static FindingKind UnknownLabel { get; } = new("unknown-label", Severity.Error, "rows whose label the task does not have", "Mend the label, or add it to the task.");

    internal static FindingKind UnusedLabel { get; } = new("unused-label", Severity.Warning, "labels of the task without a row", "Add rows: a label that is never seen is never answered.");

    internal static FindingKind Contradiction { get; } = new("contradiction", Severity.Error, "rows whose text stands under several labels", "Decide which label is right; no model can learn both.");

    internal static FindingKind LabelVariant { get; } = new("label-variant", Severity.Warning, "labels that look like spellings of another", "Give them one spelling, or they are learned apart.");

    internal static FindingKind MixedKinds { get; } = new("mixed-kinds", Severity.Error, "rows of another kind than most", "Keep one kind of rows in a file.");

    internal static FindingKind ColumnDrift { get; } = new("column-drift", Severity.Warning, "columns that not all rows have, or with values of several types", "Look at where the files come from: often two exports were joined.");

    internal static FindingKind TooLong { get; } = new("too-long", Severity.Warning, "rows that are too long", "Shorten them; what is cut off is not learned.");

    internal static FindingKind Duplicate { get; } = new("duplicate", Severity.Warning, "rows whose text and label stood before", "'data dedupe' removes them. Across a split they flatter the score.");

    internal static FindingKind NearDuplicate { get; } = new("near-duplicate", Severity.Note, "rows whose text nearly stood before", "'data dedupe' removes them; 'data split --near' keeps them in one part.");

    internal static FindingKind NearContradiction { get; } = new("near-contradiction", Severity.Note, "of these, rows with another label than their twin", "Often a wrong label; read them.");

    internal static FindingKind RareLabel { get; } = new("rare-label", Severity.Warning, "labels with fewer than 5 rows", "Collect more rows, or merge the label with another.");

    internal static FindingKind Imbalance { get; } = new("imbalance", Severity.Note, "labels are unevenly frequent", "Look at macro-F1 beside accuracy.");

    internal static FindingKind Mojibake { get; } = new("mojibake", Severity.Warning, "texts with UTF-8 that was read as another encoding", "Read the source as UTF-8 and export it again.");

    internal static FindingKind ReplacementCharacter { get; } = new("replacement-character", Severity.Warning, "texts with the replacement character U+FFFD", "Letters were lost before; export the source again as UTF-8.");

    internal static FindingKind ControlCharacter { get; } = new("control-character", Severity.Warning, "texts with control characters", "Remove them.");

    internal static FindingKind InvisibleCharacter { get; } = new("invisible-character", Severity.Note, "texts with characters that are not seen", "Remove them unless the script needs them: they split words.");

    internal static FindingKind MixedScripts { get; } = new("mixed-scripts", Severity.Warning, "words of letters from two scripts", "Replace the letters that only look alike.");

    internal static FindingKind Composition { get; } = new("composition", Severity.Warning, "texts with letters and marks apart, beside texts with them joined", "Convert all to NFC: else one word has two spellings.");

    internal static FindingKind ByteOrderMark { get; } = new("byte-order-mark", Severity.Note, "files that begin with a byte-order mark", "It is passed over.");

    internal static FindingKind OtherLanguage { get; } = new("other-language", Severity.Note, "texts that seem to be of another language than most", "Fine if the device meets them too.");

    /// <summary>Personal data of one kind.</summary>
    internal static FindingKind Pii(Privacy.PiiKind kind) => new(
        "pii-" + kind.ToString().ToLowerInvariant(), Severity.Warning, "texts with what looks like " + kind switch
        {
            Privacy.PiiKind.Email => "an e-mail address",
            Privacy.PiiKind.Iban => "an IBAN",
            Privacy.PiiKind.CreditCard => "a payment card number",
            Privacy.PiiKind.IpAddress => "an IP address",
            Privacy.PiiKind.UsSsn => "a US social security number",
            Privacy.PiiKind.TurkishId => "a Turkish identity number",
            Privacy.PiiKind.BrazilianCpf => "a Brazilian CPF",
            Privacy.PiiKind.SpanishId => "a Spanish DNI or NIE",
            _ => "a telephone number",
        },
        "A model may repeat what it was trained on: replace or remove it.");
}
