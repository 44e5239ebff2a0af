using SlmEdge.Datasets.Languages;
using SlmEdge.Datasets.Privacy;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>Decides which new texts are worth keeping. Texts are shown to it in the order of the plan; what it lets through it remembers.</summary>
internal sealed class RowFilter
{
    /// <summary>A language counts as one of the real texts' from this share of them on: single ones are guessed wrongly.</summary>
    private const double LanguageShare = 0.02;

    private readonly SynthOptions _options;
    private readonly SimilarTexts _known;
    private readonly SimilarTexts _against;
    private readonly HashSet<string> _languages;
    private readonly int _shortest;
    private readonly int _longest;

    public RowFilter(SynthOptions options, IReadOnlyList<LabelledText> seeds, IEnumerable<string> against)
    {
        _options = options;
        _known = new SimilarTexts(new SimilarityOptions { Threshold = options.Similarity });
        _against = new SimilarTexts(new SimilarityOptions { Threshold = options.Similarity });
        foreach (var seed in seeds)
        {
            _known.Add(seed.Text);
        }

        foreach (var text in against)
        {
            _against.Add(text);
        }

        _shortest = options.MinLength > 0 ? options.MinLength : Math.Max(1, seeds.Min(seed => seed.Text.Length) / 2);
        _longest = options.MaxLength > 0 ? options.MaxLength : (seeds.Max(seed => seed.Text.Length) * 3 / 2) + 1;
        _languages = [.. seeds.CountBy(seed => LanguageGuess.Of(seed.Text)).Where(language => language.Value >= LanguageShare * seeds.Count).Select(language => language.Key)];
    }

    /// <summary>Why a text is not kept; null when it is.</summary>
    /// <param name="row">The text.</param>
    /// <param name="claimed">The label that the teacher wrote beside it, if any.</param>
    public Rejection? Take(SynthRow row, string? claimed)
    {
        var rejection = Check(row, claimed);
        if (rejection is null)
        {
            _known.Add(row.Text);
        }

        return rejection;
    }

    private Rejection? Check(SynthRow row, string? claimed)
    {
        if (claimed is not null && claimed != row.Label)
        {
            return new Rejection(row, RejectionReason.Label, $"labelled '{claimed}'");
        }

        if (row.Text.Length < _shortest || row.Text.Length > _longest)
        {
            return new Rejection(row, RejectionReason.Length, $"{row.Text.Length} characters; from {_shortest} to {_longest} are kept");
        }

        if (!_options.AllowPersonalData && PiiScanner.Scan(row.Text) is [var first, ..])
        {
            return new Rejection(row, RejectionReason.PersonalData, $"{first.Kind}: {row.Text.Substring(first.Start, first.Length)}");
        }

        var language = LanguageGuess.Of(row.Text);
        if (language != LanguageGuess.Undetermined && !_languages.Contains(language) && _languages.Any(known => known != LanguageGuess.Undetermined))
        {
            return new Rejection(row, RejectionReason.Language, $"'{language}'; the real texts are in {string.Join(", ", _languages.Order(StringComparer.Ordinal))}");
        }

        if (_against.Find(row.Text) is { } tested)
        {
            return new Rejection(row, RejectionReason.Contamination, Describe(tested));
        }

        return _known.Find(row.Text) is { } known
            ? new Rejection(row, known.Similarity == 1 ? RejectionReason.Duplicate : RejectionReason.NearDuplicate, Describe(known))
            : null;
    }

    private static string Describe((string Text, double Similarity) found) => FormattableString.Invariant($"{found.Similarity:P0} of '{found.Text}'");
}
