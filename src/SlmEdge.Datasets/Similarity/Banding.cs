using System.Runtime.InteropServices;
using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Similarity;

/// <summary>
/// Locality-sensitive hashing by bands (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4): two texts are compared when any of
/// the bands of their signatures is the same in all its rows. Every candidate is verified afterwards, so bands only decide
/// what is found: the longest are taken with which a pair at the threshold is found with a probability of at least <see cref="Recall"/>.
/// </summary>
internal sealed class Banding
{
    /// <summary>The probability that a pair whose similarity is just the threshold becomes a candidate.</summary>
    public const double Recall = 0.99;

    private const int MostValues = 128;

    private readonly MinHash _minHash;

    public Banding(double threshold)
    {
        (Bands, Rows) = Choose(threshold);
        _minHash = new MinHash(Bands * Rows);
    }

    public int Bands { get; }

    /// <summary>Values of a signature in each band.</summary>
    public int Rows { get; }

    /// <summary>The probability that a pair of some similarity becomes a candidate.</summary>
    public double Probability(double similarity) => 1 - Math.Pow(1 - Math.Pow(similarity, Rows), Bands);

    /// <summary>One key for each band.</summary>
    public void Keys(ReadOnlySpan<ulong> shingles, Span<ulong> keys)
    {
        uint[] signature = _minHash.Signature(shingles);
        for (int band = 0; band < Bands; band++)
        {
            keys[band] = TextHash.Of(MemoryMarshal.Cast<uint, char>(signature.AsSpan(band * Rows, Rows)), (ulong)band + 1);
        }
    }

    private static (int Bands, int Rows) Choose(double threshold)
    {
        (int Bands, int Rows) best = (MostValues, 1);
        for (int rows = 1; rows <= MostValues; rows++)
        {
            double collision = Math.Pow(threshold, rows);
            double needed = collision >= 1 ? 1 : Math.Ceiling(Math.Log(1 - Recall) / Math.Log(1 - collision));
            if (!(needed * rows <= MostValues))
            {
                break;
            }

            best = ((int)needed, rows);
        }

        return best;
    }
}
