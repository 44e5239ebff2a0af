using SlmEdge.Datasets.Languages;
using SlmEdge.Datasets.Privacy;
using SlmEdge.Datasets.Rows;

namespace SlmEdge.Datasets.Quality;

/// <summary>What can be said of a row by itself; made on any thread.</summary>
internal sealed class RowInspection
{
    public List<(FindingKind Kind, string Detail)>? Findings { get; private set; }

    public string Language { get; private set; } = LanguageGuess.Undetermined;

    public int Length { get; private set; }

    public bool Decomposed { get; private set; }

    public bool Composed { get; private set; }

    public static RowInspection Of(DatasetRow row, CheckOptions options)
    {
        var inspection = new RowInspection();
        if (row.Fault is { } fault)
        {
            inspection.Add(FindingKind.Unreadable, fault);
            return inspection;
        }

        inspection.InspectFields(row, options);
        inspection.InspectCharacters(row.Text);
        inspection.Language = LanguageGuess.Of(row.Text);
        if (options.Pii)
        {
            foreach (IGrouping<PiiKind, PiiMatch> matches in PiiScanner.Scan(row.Text).GroupBy(match => match.Kind))
            {
                PiiMatch first = matches.First();
                inspection.Add(FindingKind.Pii(matches.Key), Masked(row.Text.AsSpan(first.Start, first.Length)));
            }
        }

        return inspection;
    }

    // The report goes to more people than the data: enough to find the place, not the number itself.
    private static string Masked(ReadOnlySpan<char> value)
    {
        Span<char> masked = stackalloc char[Math.Min(value.Length, 40)];
        value[..masked.Length].CopyTo(masked);
        for (int i = 2; i < masked.Length - 2; i++)
        {
            masked[i] = char.IsLetterOrDigit(masked[i]) ? '*' : masked[i];
        }

        return new string(masked);
    }

    private void InspectFields(DatasetRow row, CheckOptions options)
    {
        bool labelled = row.Kind == RowKind.LabelledText;
        if (labelled ? string.IsNullOrWhiteSpace(row.Text) : !row.Segments.Any(segment => segment.Supervised && !string.IsNullOrWhiteSpace(segment.Text)))
        {
            Add(FindingKind.EmptyText, labelled ? "the text is empty" : "the answer is empty");
        }

        if (row.Label is "")
        {
            Add(FindingKind.EmptyLabel, "the label is empty");
        }

        Length = options.Tokenizer is { } tokenizer ? row.Segments.Sum(segment => tokenizer.Encode(segment.Text).Length) : row.Text.Length;
        if (Length > options.MaxLength)
        {
            Add(FindingKind.TooLong, FormattableString.Invariant($"{Length:N0} {(options.Tokenizer is null ? "characters" : "tokens")}, more than {options.MaxLength:N0}"));
        }
    }

    private void InspectCharacters(string text)
    {
        AddIf(FindingKind.ControlCharacter, TextOddities.ControlCharacter(text));
        if (System.Text.Ascii.IsValid(text))
        {
            return;
        }

        AddIf(FindingKind.Mojibake, TextOddities.Mojibake(text));
        AddIf(FindingKind.ReplacementCharacter, TextOddities.ReplacementCharacter(text));
        AddIf(FindingKind.InvisibleCharacter, TextOddities.InvisibleCharacter(text));
        AddIf(FindingKind.MixedScripts, TextOddities.MixedScripts(text));
        Decomposed = TextOddities.IsDecomposed(text);
        Composed = TextOddities.HasComposed(text);
    }

    private void AddIf(FindingKind kind, string? detail)
    {
        if (detail is not null)
        {
            Add(kind, detail);
        }
    }

    private void Add(FindingKind kind, string detail) => (Findings ??= []).Add((kind, detail));
}
