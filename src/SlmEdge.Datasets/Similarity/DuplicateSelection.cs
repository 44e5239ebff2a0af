using System.Collections;

namespace SlmEdge.Datasets.Similarity;

/// <summary>
/// Chooses the rows to keep: going through them in order of priority, a row is removed when its text is that of a row kept before, or
/// nearly that. So each removed row has a kept twin, and no two kept rows (of those that the bands compare) are twins: done
/// again on what was kept, nothing is removed.
/// </summary>
internal sealed class DuplicateSelection
{
    // What a row of a group is compared with at most. Templates ("pump 17 leaks") make groups of thousands that agree in a band
    // and are not alike enough, and comparing all pairs of those would never end.
    private const int MostCompared = 256;

    private readonly TextIndex _index;
    private readonly Func<int, int, bool> _comparable;
    private readonly RowPriority _priority;
    private readonly BitArray _exact;
    private readonly BitArray _removed;

    // Rows that were found alike to one of a group, and so were not compared with the rest of it.
    private readonly HashSet<int> _shortcut = [];

    // Those of the present round: what is found alike once need not be compared again unless it is kept after all.
    private readonly HashSet<int> _matched = [];
    private readonly List<Edge> _edges = [];

    private DuplicateSelection(TextIndex index, int rows, RowPriority priority, Func<int, int, bool> comparable)
    {
        (_index, _comparable, _priority) = (index, comparable, priority);
        _exact = new BitArray(rows);
        _removed = new BitArray(rows);
        Twins = new int[rows];
        Array.Fill(Twins, -1);
    }

    /// <summary>For each row the kept row with (nearly) its text, or -1 when the row is kept.</summary>
    public int[] Twins { get; }

    /// <summary>Comparisons left out in groups of too many rows that agree in a band.</summary>
    public long SkippedComparisons { get; private set; }

    /// <summary>Whether a removed row has the very text of its twin, letter case, white space and composition aside.</summary>
    public bool IsExact(int row) => _exact[row];

    /// <summary>Finds what to keep.</summary>
    /// <param name="index">The texts.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="priority">Which row of several is kept.</param>
    /// <param name="comparable">Whether two rows with the same text are duplicates: labels may forbid it. Has to be an equivalence.</param>
    /// <param name="progress">Told the passes done and their number, or null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static DuplicateSelection Find(TextIndex index, int rows, RowPriority priority, Func<int, int, bool> comparable, Action<long, long>? progress, CancellationToken cancellation)
    {
        var selection = new DuplicateSelection(index, rows, priority, comparable);
        selection.RemoveEqual(cancellation);
        progress?.Invoke(1, 1 + index.Bands);
        if (index.Bands > 0)
        {
            selection.RemoveNear(progress, cancellation);
        }

        return selection;
    }

    private void RemoveEqual(CancellationToken cancellation)
    {
        foreach (int[] group in _index.EqualTexts(null, cancellation))
        {
            // Equally long, so the first is the one to keep under either priority.
            var kept = new List<int>();
            foreach (int row in group)
            {
                int twin = kept.FindIndex(other => _comparable(other, row));
                if (twin < 0)
                {
                    kept.Add(row);
                    continue;
                }

                Twins[row] = kept[twin];
                _exact[row] = true;
            }
        }
    }

    private void RemoveNear(Action<long, long>? progress, CancellationToken cancellation)
    {
        HashSet<int>? again = null;
        do
        {
            int known = _edges.Count;
            _matched.Clear();
            for (int band = 0; band < _index.Bands; band++)
            {
                foreach (int[] group in _index.Candidates(band, Open, again is null ? null : again.Contains, cancellation))
                {
                    Compare(group, again);
                }

                progress?.Invoke(2 + band, 1 + _index.Bands);
            }

            if (_edges.Count == known)
            {
                break;
            }

            Decide();

            // A row that is kept after all, because its like was removed for another, has yet to meet the rest of its groups.
            again = [.. _shortcut.Where(row => !_removed[row])];
        }
        while (again.Count > 0);

        Resolve();
    }

    private void Compare(int[] group, HashSet<int>? again)
    {
        int[] rows = [.. group.Where(Open)];
        if (rows.Length < 2 || (again is not null && !rows.Any(again.Contains)))
        {
            return;
        }

        Array.Sort(rows, Before);
        var met = new List<(int Row, ulong[] Shingles)>();
        foreach (int row in rows)
        {
            ulong[] shingles = _index.Shingles(row);
            int compared = 0;
            bool found = false;
            foreach ((int other, ulong[] others) in met)
            {
                if (again is not null && !again.Contains(row) && !again.Contains(other))
                {
                    continue;
                }

                if (++compared > MostCompared)
                {
                    SkippedComparisons++;
                    break;
                }

                if (_comparable(other, row) && _index.Similarity(others, shingles) is not null)
                {
                    _edges.Add(new Edge(other, row));
                    _shortcut.Add(row);
                    _matched.Add(row);
                    found = true;
                    break;
                }
            }

            // No row is compared with one beyond those, unless with that one alone.
            if (!found && (met.Count <= MostCompared || again?.Contains(row) == true))
            {
                met.Add((row, shingles));
            }
        }
    }

    private bool Open(int row) => Twins[row] < 0 && !_removed[row] && !_matched.Contains(row);

    // Every row is looked at after those that come before it, so whether they are kept is settled.
    private void Decide()
    {
        _removed.SetAll(false);
        _edges.Sort((a, b) => a.Low != b.Low ? Before(a.Low, b.Low) : Before(a.High, b.High));
        foreach (Edge edge in _edges)
        {
            if (!_removed[edge.High])
            {
                _removed[edge.Low] = true;
            }
        }
    }

    private void Resolve()
    {
        foreach (Edge edge in _edges)
        {
            if (!_removed[edge.High] && Twins[edge.Low] < 0)
            {
                Twins[edge.Low] = edge.High;
            }
        }

        for (int row = 0; row < Twins.Length; row++)
        {
            // The like of an equal text was itself removed: name the row that is kept.
            if (_exact[row] && Twins[Twins[row]] is >= 0 and int kept)
            {
                Twins[row] = kept;
                _exact[row] = false;
            }
        }
    }

    private int Before(int a, int b)
    {
        if (_priority == RowPriority.Longest && _index.ByteLength(b).CompareTo(_index.ByteLength(a)) is not 0 and int longer)
        {
            return longer;
        }

        return a.CompareTo(b);
    }

    private readonly record struct Edge(int High, int Low);
}
