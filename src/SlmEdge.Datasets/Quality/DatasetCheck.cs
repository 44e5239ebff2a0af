using SlmEdge.Datasets.Languages;
using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Quality;

/// <summary>Looks through data for whatever spoils training, and names every kind of it with counts and first rows.</summary>
public sealed class DatasetCheck
{
    // A language is called foreign only where most rows are of one.
    private const double ClearMajority = 0.8;

    private readonly CheckOptions _options;
    private readonly FindingLog _log;
    private readonly LabelInspection _labels = new();
    private readonly ColumnDrift _columns = new();
    private readonly List<int> _labelOfRow = [];
    private readonly List<(DatasetFile File, int Start)> _files = [];
    private readonly Dictionary<RowKind, (long Rows, int File, string Path, long First)> _kinds = [];
    private readonly Dictionary<string, (long Rows, int File, string Path, long First)> _languages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, long> _lengths = [];
    private long _rows;
    private long _composed;

    private DatasetCheck(CheckOptions options)
    {
        _options = options;
        _log = new FindingLog(options.Shown);
    }

    /// <summary>Checks files as one set of data.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DataFormatException">A file cannot be read at all. Bad rows are findings.</exception>
    public static CheckResult Run(CheckOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DatasetCheck(options).Run(progress, cancellation);
    }

    private CheckResult Run(IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        using var index = new TextIndex(_options.Near, _options.Dataset);
        foreach (string path in _options.DataFiles)
        {
            Read(DatasetFile.Open(path, _options.Dataset), index, progress, cancellation);
        }

        ReportEqual(index, cancellation);
        long skipped = _options.Near is null ? 0 : ReportNear(index, progress, cancellation);
        _labels.Report(_log, _options.Task);
        _columns.Report(_log);
        ReportMinorities();
        if (_composed == 0)
        {
            // Marks apart are harmless when they are so everywhere.
            _log.Remove(FindingKind.Composition);
        }

        return new CheckResult(
            _options.DataFiles,
            _rows,
            _log.Findings(),
            [.. _kinds.OrderByDescending(kind => kind.Value.Rows).Select(kind => KeyValuePair.Create(kind.Key.ToString(), kind.Value.Rows))],
            _labels.Distribution(),
            [.. _languages.OrderByDescending(language => language.Value.Rows).Select(language => KeyValuePair.Create(language.Key, language.Value.Rows))],
            _options.Tokenizer is null ? "characters" : "tokens",
            [.. _lengths],
            skipped);
    }

    private void Read(DatasetFile file, TextIndex index, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        int number = _files.Count;
        _files.Add((file, _labelOfRow.Count));
        if (file.HasByteOrderMark)
        {
            _log.Add(FindingKind.ByteOrderMark, number, file.Path, null, () => "the file begins with U+FEFF");
        }

        foreach (RowBatch batch in DatasetScan.Read(file, $"checking {Path.GetFileName(file.Path)}", progress, cancellation))
        {
            var inspections = new RowInspection[batch.Count];
            var folded = new string[batch.Count];
            var keys = new ulong[batch.Count][];
            batch.ForEach(_options.Dataset.Threads, cancellation, i =>
            {
                if (!batch[i].Blank)
                {
                    inspections[i] = RowInspection.Of(batch[i], _options);
                    if (batch[i].Fault is null)
                    {
                        folded[i] = TrainTestOverlap.Fold(batch[i].Text);
                        keys[i] = index.KeysOf(folded[i]);
                    }
                }
            });
            for (int i = 0; i < batch.Count; i++)
            {
                int label = inspections[i] is null ? -1 : Take(batch[i], inspections[i], number, file.Path);
                _labelOfRow.Add(label);
                if (!string.IsNullOrEmpty(folded[i]))
                {
                    index.Add(_labelOfRow.Count - 1, folded[i], keys[i]);
                }
            }
        }
    }

    private int Take(DatasetRow row, RowInspection inspection, int file, string path)
    {
        _rows++;
        foreach ((FindingKind kind, string detail) in inspection.Findings ?? [])
        {
            _log.Add(kind, file, path, row.Row, () => detail);
        }

        _columns.Add(row.Columns, file, path, row.Row);
        if (row.Fault is not null)
        {
            return -1;
        }

        if (inspection.Decomposed)
        {
            _log.Add(FindingKind.Composition, file, path, row.Row, () => "letters and marks stand apart");
        }

        _composed += inspection.Composed ? 1 : 0;
        Count(_kinds, row.Kind, file, path, row.Row);
        Count(_languages, inspection.Language, file, path, row.Row);
        _lengths[inspection.Length] = _lengths.GetValueOrDefault(inspection.Length) + 1;
        return _labels.Add(row, file, path);
    }

    private static void Count<T>(Dictionary<T, (long Rows, int File, string Path, long First)> counts, T key, int file, string path, long row)
        where T : notnull
    {
        counts[key] = counts.TryGetValue(key, out var known) ? known with { Rows = known.Rows + 1 } : (1, file, path, row);
    }

    private void ReportEqual(TextIndex index, CancellationToken cancellation)
    {
        foreach (int[] group in index.EqualTexts(null, cancellation))
        {
            var first = new Dictionary<int, int>();
            foreach (int record in group)
            {
                if (first.TryAdd(_labelOfRow[record], record))
                {
                    continue;
                }

                Place place = Locate(record);
                _log.Add(FindingKind.Duplicate, place.Number, place.Path, place.Row, () => $"as {Locate(first[_labelOfRow[record]]).From(place)}: {Quote(index.Text(record))}");
            }

            if (first.Keys.Count(label => label >= 0) > 1)
            {
                Place place = Locate(group[0]);
                _log.Add(
                    FindingKind.Contradiction,
                    place.Number,
                    place.Path,
                    place.Row,
                    () => $"{Quote(index.Text(group[0]))} is {string.Join(" and ", first.Where(label => label.Key >= 0).Take(4).Select(label => $"'{_labels.Name(label.Key)}' in {Locate(label.Value).From(place)}"))}",
                    group.Length);
            }
        }
    }

    private long ReportNear(TextIndex index, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        DuplicateSelection selection = DuplicateSelection.Find(
            index,
            _labelOfRow.Count,
            RowPriority.First,
            (_, _) => true,
            progress is null ? null : (done, total) => progress.Report(new DatasetProgress("comparing", done, total)),
            cancellation);
        for (int record = 0; record < selection.Twins.Length; record++)
        {
            int twin = selection.Twins[record];
            if (twin < 0 || selection.IsExact(record))
            {
                continue;
            }

            Place place = Locate(record);
            int row = record;
            _log.Add(FindingKind.NearDuplicate, place.Number, place.Path, place.Row, () => $"{Quote(index.Text(row))} is nearly {Locate(twin).From(place)}: {Quote(index.Text(twin))}");
            if (_labelOfRow[record] != _labelOfRow[twin])
            {
                _log.Add(
                    FindingKind.NearContradiction,
                    place.Number,
                    place.Path,
                    place.Row,
                    () => $"{Quote(index.Text(row))} is '{_labels.Name(_labelOfRow[row])}'; {Locate(twin).From(place)}, {Quote(index.Text(twin))}, is '{_labels.Name(_labelOfRow[twin])}'");
            }
        }

        return selection.SkippedComparisons;
    }

    private void ReportMinorities()
    {
        foreach ((RowKind kind, var rows) in _kinds.OrderByDescending(kind => kind.Value.Rows).Skip(1))
        {
            _log.Add(FindingKind.MixedKinds, rows.File, rows.Path, rows.First, () => FormattableString.Invariant($"{rows.Rows:N0} rows are of the kind {kind}; the first"), rows.Rows);
        }

        var known = _languages.Where(language => language.Key != LanguageGuess.Undetermined).OrderByDescending(language => language.Value.Rows).ToList();
        if (known.Count > 1 && known[0].Value.Rows >= ClearMajority * known.Sum(language => language.Value.Rows))
        {
            foreach ((string language, var rows) in known.Skip(1))
            {
                _log.Add(FindingKind.OtherLanguage, rows.File, rows.Path, rows.First, () => FormattableString.Invariant($"{rows.Rows:N0} seem to be '{language}' where most are '{known[0].Key}'; the first"), rows.Rows);
            }
        }
    }

    private static string Quote(string text) => text.Length <= 80 ? $"“{text}”" : $"“{text[..79]}…”";

    private Place Locate(int record)
    {
        int number = _files.FindLastIndex(file => file.Start <= record);
        return new Place(number, _files[number].File.Path, new RowNumbers(_files[number].File)[record - _files[number].Start]);
    }

    private readonly record struct Place(int Number, string Path, long Row)
    {
        public string From(Place other) => Number == other.Number ? $"row {Row}" : $"row {Row} of {System.IO.Path.GetFileName(Path)}";
    }
}
