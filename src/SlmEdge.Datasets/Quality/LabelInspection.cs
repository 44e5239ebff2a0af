using SlmEdge.Datasets.Rows;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Quality;

/// <summary>What can be said of the labels of all rows together.</summary>
internal sealed class LabelInspection
{
    private const int RareRows = 5;
    private const double UnevenRatio = 10;

    // Comparing each label with each other; more labels than this are not a closed set anyway.
    private const int MostCompared = 2000;

    private readonly LabelTable _labels = new();
    private readonly List<(int File, string Path, long Row)> _first = [];

    /// <summary>Rows that have no label although others have one.</summary>
    private (int File, string Path, long Row)? _firstWithout;
    private long _without;

    /// <summary>Whether rows name their labels in lists.</summary>
    private bool _several;

    public int Add(DatasetRow row, int file, string path)
    {
        if (row.Label is not { Length: > 0 } label)
        {
            if (row.Kind == RowKind.LabelledText && row.Label is null)
            {
                _firstWithout ??= (file, path, row.Row);
                _without++;
            }

            return -1;
        }

        _several |= row.SeveralLabels;
        int number = _labels.Add(label);
        if (number == _first.Count)
        {
            _first.Add((file, path, row.Row));
        }

        return number;
    }

    public string Name(int label) => _labels.Name(label);

    public IReadOnlyList<KeyValuePair<string, long>> Distribution() => _several ? Single().Distribution() : [.. Enumerable.Range(0, _labels.Count)
        .Select(label => KeyValuePair.Create(_labels.Name(label), _labels.Rows(label))).OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal)];

    public void Report(FindingLog log, TaskDefinition? task)
    {
        if (_several || task is { Decision.MultiLabel: true })
        {
            Single().Report(log, task is null ? null : task with { Decision = task.Decision with { MultiLabel = false } });
            return;
        }

        if (_firstWithout is { } without && (_labels.Count > 0 || task is not null))
        {
            log.Add(FindingKind.EmptyLabel, without.File, without.Path, without.Row, () => "there is no label column in this row; name the right one with --label-column", _without);
        }

        if (task is { Labels.Count: > 0 })
        {
            CompareWithTask(log, task);
        }

        if (_labels.Count == 0)
        {
            return;
        }

        ReportVariants(log);
        ReportBalance(log);
    }

    /// <summary>The same labels one by one: what is said of them is said of each and not of the sets in which they stand.</summary>
    private LabelInspection Single()
    {
        var single = new LabelInspection { _firstWithout = _firstWithout, _without = _without };
        for (int set = 0; set < _labels.Count; set++)
        {
            foreach (string label in _labels.Name(set).Split(LabelledTextReader.Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                for (long row = 0; row < _labels.Rows(set); row++)
                {
                    if (single._labels.Add(label) == single._first.Count)
                    {
                        single._first.Add(_first[set]);
                    }
                }
            }
        }

        return single;
    }

    private void CompareWithTask(FindingLog log, TaskDefinition task)
    {
        string[] names = [.. task.Labels.Select(label => label.Name)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int label = 0; label < _labels.Count; label++)
        {
            string name = _labels.Name(label);
            seen.Add(name);
            if (!names.Contains(name))
            {
                (int file, string path, long row) = _first[label];
                log.Add(FindingKind.UnknownLabel, file, path, row, () => CloseMatches.Find(name, names) is [var close, ..] ? $"'{name}'; did you mean '{close}'?" : $"'{name}'", _labels.Rows(label));
            }
        }

        foreach (string name in names.Where(name => !seen.Contains(name)))
        {
            log.Add(FindingKind.UnusedLabel, 0, task.Name, null, () => $"'{name}'");
        }
    }

    private void ReportVariants(FindingLog log)
    {
        int[] frequent = [.. Enumerable.Range(0, _labels.Count).OrderByDescending(_labels.Rows).ThenBy(label => label).Take(MostCompared)];
        for (int i = 1; i < frequent.Length; i++)
        {
            string name = _labels.Name(frequent[i]);
            for (int j = 0; j < i; j++)
            {
                string other = _labels.Name(frequent[j]);
                if (!IsVariant(name, other, _labels.Rows(frequent[i]), _labels.Rows(frequent[j])))
                {
                    continue;
                }

                (int file, string path, long row) = _first[frequent[i]];
                long rows = _labels.Rows(frequent[i]);
                long others = _labels.Rows(frequent[j]);
                log.Add(FindingKind.LabelVariant, file, path, row, () => FormattableString.Invariant($"'{name}' ({rows:N0} rows) beside '{other}' ({others:N0} rows)"));
                break;
            }
        }
    }

    private static bool IsVariant(string rare, string frequent, long rareRows, long frequentRows)
    {
        string a = CloseMatches.Fold(rare);
        string b = CloseMatches.Fold(frequent);
        if (a == b)
        {
            return true;
        }

        // A slip of the key is rare and leaves numbers alone: level1 and level2 are two labels, and so are two frequent names.
        int most = Math.Min(a.Length, b.Length) >= 10 ? 2 : Math.Min(a.Length, b.Length) >= 5 ? 1 : 0;
        return most > 0 && rareRows * UnevenRatio <= frequentRows && Math.Abs(a.Length - b.Length) <= most
            && string.Concat(a.Where(char.IsDigit)) == string.Concat(b.Where(char.IsDigit)) && CloseMatches.Distance(a, b) <= most;
    }

    private void ReportBalance(FindingLog log)
    {
        for (int label = 0; label < _labels.Count; label++)
        {
            if (_labels.Rows(label) < RareRows)
            {
                (int file, string path, long row) = _first[label];
                string name = _labels.Name(label);
                long rows = _labels.Rows(label);
                log.Add(FindingKind.RareLabel, file, path, row, () => FormattableString.Invariant($"'{name}' has {rows}"));
            }
        }

        IReadOnlyList<KeyValuePair<string, long>> labels = Distribution();
        if (labels.Count > 1 && labels[0].Value >= UnevenRatio * labels[^1].Value)
        {
            double all = labels.Sum(label => label.Value);
            double evenness = -labels.Sum(label => label.Value / all * Math.Log(label.Value / all)) / Math.Log(labels.Count);
            log.Add(FindingKind.Imbalance, 0, _first[0].Path, null, () => FormattableString.Invariant(
                $"'{labels[0].Key}' has {labels[0].Value:N0} rows, '{labels[^1].Key}' {labels[^1].Value:N0}; evenness (entropy over its maximum) {evenness:0.00}"), labels.Count);
        }
    }
}
