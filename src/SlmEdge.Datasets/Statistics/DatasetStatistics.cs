using SlmEdge.Datasets.Languages;
using SlmEdge.Datasets.Rows;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Statistics;

/// <summary>Counts what a data set costs: lengths, tokens per word, what a truncation loses. One pass, no row is kept.</summary>
public static class DatasetStatistics
{
    /// <summary>Counts.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DataFormatException">A row cannot be read, or there are none.</exception>
    public static StatisticsResult Run(StatisticsOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] limits = [.. options.Truncations.Order().Distinct()];
        var cut = new long[limits.Length];
        var lost = new long[limits.Length];
        var supervisedLost = new long[limits.Length];
        var lengths = new SortedDictionary<int, long>();
        var languages = new Dictionary<string, LanguageStatistics>(StringComparer.Ordinal);
        var labels = new LabelTable();
        (long rows, long total, long supervised) = (0, 0, 0);
        foreach (string path in options.DataFiles)
        {
            DatasetFile file = DatasetFile.Open(path, options.Dataset);
            foreach (RowBatch batch in DatasetScan.Read(file, $"counting {Path.GetFileName(path)}", progress, cancellation))
            {
                var counted = new RowCount?[batch.Count];
                batch.ForEach(options.Dataset.Threads, cancellation, i => counted[i] = batch[i].Blank ? null : RowCount.Of(DatasetScan.Usable(file, batch[i]), options));
                for (int i = 0; i < batch.Count; i++)
                {
                    if (counted[i] is not { } row)
                    {
                        continue;
                    }

                    rows++;
                    total += row.Total;
                    supervised += row.SupervisedBefore(int.MaxValue);
                    lengths[row.Total] = lengths.GetValueOrDefault(row.Total) + 1;
                    labels.Add(batch[i].Label);
                    LanguageStatistics language = languages.GetValueOrDefault(row.Language) ?? new LanguageStatistics(row.Language, 0, 0, 0);
                    languages[row.Language] = language with { Rows = language.Rows + 1, Words = language.Words + row.Words, Tokens = language.Tokens + row.TextTokens };
                    for (int j = 0; j < limits.Length && row.Total > limits[j]; j++)
                    {
                        cut[j]++;
                        lost[j] += row.Total - limits[j];
                        supervisedLost[j] += row.SupervisedBefore(int.MaxValue) - row.SupervisedBefore(limits[j]);
                    }
                }
            }
        }

        if (rows == 0)
        {
            throw new DataFormatException(options.DataFiles[0], null, "there are no rows");
        }

        return new StatisticsResult(
            options.DataFiles,
            rows,
            options.Tokenizer is null ? "characters" : "tokens",
            total,
            supervised,
            [.. lengths],
            [.. limits.Select((limit, j) => new TruncationCost(limit, cut[j], lost[j], supervisedLost[j]))],
            [.. languages.Values.OrderByDescending(language => language.Rows).ThenBy(language => language.Language, StringComparer.Ordinal)],
            [.. Enumerable.Range(0, labels.Count).Select(label => KeyValuePair.Create(labels.Name(label), labels.Rows(label))).OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal)]);
    }

    private readonly record struct RowCount(IReadOnlyList<(int Tokens, bool Supervised)> Segments, string Language, int Words, int TextTokens)
    {
        public int Total => Segments.Sum(segment => segment.Tokens);

        public static RowCount Of(DatasetRow row, StatisticsOptions options)
        {
            var segments = new (int, bool)[row.Segments.Count];
            int words = 0;
            int tokens = 0;
            for (int i = 0; i < segments.Length; i++)
            {
                RowSegment segment = row.Segments[i];
                int length = options.Tokenizer?.Encode(segment.Text).Length ?? segment.Text.Length;
                segments[i] = (length, segment.Supervised);

                // A label is no text of a language.
                if (row.Kind != RowKind.LabelledText || !segment.Supervised)
                {
                    words += CountWords(segment.Text);
                    tokens += length;
                }
            }

            return new RowCount(segments, LanguageGuess.Of(row.Text), words, tokens);
        }

        public int SupervisedBefore(int limit)
        {
            int at = 0;
            int supervised = 0;
            foreach ((int tokens, bool isSupervised) in Segments)
            {
                supervised += isSupervised ? Math.Clamp(limit - at, 0, tokens) : 0;
                at += tokens;
            }

            return supervised;
        }

        private static int CountWords(string text)
        {
            int words = 0;
            bool counted = false;
            foreach (char c in text)
            {
                if (char.IsWhiteSpace(c))
                {
                    counted = false;
                }
                else if (!counted && char.IsLetterOrDigit(c))
                {
                    counted = true;
                    words++;
                }
            }

            return words;
        }
    }
}
