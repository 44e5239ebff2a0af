using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Similarity;

/// <summary>The texts of many rows, asked which are the same and which are nearly the same.</summary>
internal sealed class TextIndex : IDisposable
{
    private readonly SimilarityOptions? _near;
    private readonly Banding? _banding;
    private readonly KeyTable _keys;
    private readonly TextSpool _texts;

    /// <param name="near">What is nearly the same, or null when only equal texts are asked for.</param>
    /// <param name="options">Memory and where to go beyond it.</param>
    public TextIndex(SimilarityOptions? near, DatasetOptions options)
    {
        _near = near;
        _banding = near is null ? null : new Banding(near.Threshold);
        _keys = new KeyTable(1 + Bands, options);
        _texts = new TextSpool(options.TemporaryFolder);
    }

    /// <summary>Bands of candidates; 0 when only equal texts are asked for.</summary>
    public int Bands => _banding?.Bands ?? 0;

    /// <summary>Whether the keys have gone to the disk.</summary>
    public bool OnDisk => _keys.OnDisk;

    /// <summary>The keys of a folded text: what takes time, and may be done on any thread.</summary>
    public ulong[] KeysOf(string folded)
    {
        var keys = new ulong[1 + Bands];
        keys[0] = TextHash.Of(folded);
        _banding?.Keys(ShingleSet.Sequence(folded, _near!.ShingleLength), keys.AsSpan(1));
        return keys;
    }

    /// <summary>Adds a row; rows come in ascending order.</summary>
    public void Add(int row, string folded, ReadOnlySpan<ulong> keys)
    {
        _keys.Add(row, keys);
        _texts.Add(row, folded);
    }

    /// <summary>The folded text of a row.</summary>
    public string Text(int row) => _texts.Read(row);

    /// <summary>Length of a row's folded text in bytes.</summary>
    public int ByteLength(int row) => _texts.ByteLength(row);

    /// <summary>The rows of each text that stands in two rows or more, ascending.</summary>
    /// <param name="required">Only groups with one of these rows; null for all.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IEnumerable<int[]> EqualTexts(Predicate<int>? required, CancellationToken cancellation)
    {
        foreach (int[] rows in _keys.Groups(0, null, required, cancellation))
        {
            string first = Text(rows[0]);
            if (rows.All(row => row == rows[0] || Text(row) == first))
            {
                yield return rows;
                continue;
            }

            // Two texts with one hash.
            foreach (IGrouping<string, int> group in rows.GroupBy(Text).Where(group => group.Count() > 1))
            {
                yield return [.. group];
            }
        }
    }

    /// <summary>Groups of rows that agree in a band, and so have to be compared.</summary>
    /// <param name="band">Which.</param>
    /// <param name="wanted">The rows to look at; null for all.</param>
    /// <param name="required">Only groups with one of these rows; null for all.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IEnumerable<int[]> Candidates(int band, Predicate<int>? wanted, Predicate<int>? required, CancellationToken cancellation) =>
        _keys.Groups(1 + band, wanted, required, cancellation);

    /// <summary>The shingles of a row.</summary>
    public ulong[] Shingles(int row) => ShingleSet.Of(Text(row), _near!.ShingleLength);

    /// <summary>The similarity of two rows' shingles when it reaches the threshold, otherwise null.</summary>
    public double? Similarity(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        // A set cannot share more than the smaller one holds.
        if (Math.Min(a.Length, b.Length) < _near!.Threshold * Math.Max(a.Length, b.Length))
        {
            return null;
        }

        double similarity = ShingleSet.Jaccard(a, b);
        return similarity >= _near.Threshold ? similarity : null;
    }

    public void Dispose()
    {
        _keys.Dispose();
        _texts.Dispose();
    }
}
