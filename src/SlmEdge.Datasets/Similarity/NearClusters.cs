using System.Collections;

namespace SlmEdge.Datasets.Similarity;

/// <summary>Puts rows with (nearly) the same text into one cluster, and so on from each of them to the next.</summary>
internal sealed class NearClusters
{
    private const int MostCompared = 256;
    private const int MostMet = 4096;

    private readonly int[] _parents;
    private readonly BitArray _repeated;

    private NearClusters(int rows)
    {
        _parents = [.. Enumerable.Range(0, rows)];
        _repeated = new BitArray(rows);
    }

    /// <summary>Comparisons left out in groups of too many rows that agree in a band.</summary>
    public long SkippedComparisons { get; private set; }

    /// <summary>Finds the clusters.</summary>
    public static NearClusters Find(TextIndex index, int rows, Action<long, long>? progress, CancellationToken cancellation)
    {
        var clusters = new NearClusters(rows);
        foreach (int[] group in index.EqualTexts(null, cancellation))
        {
            foreach (int row in group.AsSpan(1))
            {
                clusters.Join(group[0], row);
                clusters._repeated[row] = true;
            }
        }

        for (int band = 0; band < index.Bands; band++)
        {
            foreach (int[] group in index.Candidates(band, row => !clusters._repeated[row], null, cancellation))
            {
                clusters.Compare(group, index);
            }

            progress?.Invoke(2 + band, 1 + index.Bands);
        }

        return clusters;
    }

    /// <summary>The first row of a row's cluster.</summary>
    public int Of(int row)
    {
        while (_parents[row] != row)
        {
            row = _parents[row] = _parents[_parents[row]];
        }

        return row;
    }

    /// <summary>Puts two rows into one cluster.</summary>
    public void Join(int a, int b)
    {
        (a, b) = (Of(a), Of(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    private void Compare(int[] group, TextIndex index)
    {
        var met = new List<(int Row, ulong[] Shingles)>();
        foreach (int row in group)
        {
            ulong[] shingles = index.Shingles(row);
            int compared = 0;
            foreach ((int other, ulong[] others) in met)
            {
                if (Of(other) == Of(row))
                {
                    continue;
                }

                if (++compared > MostCompared)
                {
                    SkippedComparisons++;
                    break;
                }

                if (index.Similarity(others, shingles) is not null)
                {
                    Join(other, row);
                }
            }

            if (met.Count < MostMet)
            {
                met.Add((row, shingles));
            }
            else
            {
                SkippedComparisons++;
            }
        }
    }
}
