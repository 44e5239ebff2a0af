namespace SlmEdge.Datasets.Quality;

/// <summary>Counts findings and keeps the first rows of each, in the order of files and rows whatever the order in which they were found.</summary>
internal sealed class FindingLog(int shown)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds one row of a finding.</summary>
    /// <param name="kind">What was found.</param>
    /// <param name="file">Number of the file, which orders the rows before the row does.</param>
    /// <param name="path">The file.</param>
    /// <param name="row">The row, or null.</param>
    /// <param name="detail">Says what is there; only called for rows that are kept.</param>
    /// <param name="count">How many rows this stands for.</param>
    public void Add(FindingKind kind, int file, string path, long? row, Func<string> detail, long count = 1)
    {
        if (!_entries.TryGetValue(kind.Code, out Entry? entry))
        {
            entry = new Entry(kind);
            _entries.Add(kind.Code, entry);
        }

        entry.Count += count;
        (int, long) place = (file, row ?? 0);
        if (entry.First.Count < shown || place.CompareTo(entry.First[^1].Place) < 0)
        {
            int at = entry.First.FindIndex(other => place.CompareTo(other.Place) < 0);
            entry.First.Insert(at < 0 ? entry.First.Count : at, (place, new FindingExample(path, row, detail())));
            if (entry.First.Count > shown)
            {
                entry.First.RemoveAt(shown);
            }
        }
    }

    /// <summary>Takes back what was counted of a kind.</summary>
    public void Remove(FindingKind kind) => _entries.Remove(kind.Code);

    /// <summary>Errors first, then the most frequent.</summary>
    public IReadOnlyList<Finding> Findings() => [.. _entries.Values
        .OrderByDescending(entry => entry.Kind.Severity).ThenByDescending(entry => entry.Count).ThenBy(entry => entry.Kind.Code, StringComparer.Ordinal)
        .Select(entry => new Finding(entry.Kind, entry.Count, [.. entry.First.Select(first => first.Example)]))];

    private sealed class Entry(FindingKind kind)
    {
        public FindingKind Kind { get; } = kind;

        public long Count { get; set; }

        public List<((int, long) Place, FindingExample Example)> First { get; } = [];
    }
}
