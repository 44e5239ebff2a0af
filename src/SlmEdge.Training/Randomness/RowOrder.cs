namespace SlmEdge.Training.Randomness;

/// <summary>
/// The order in which rows are visited: a fresh permutation for every pass, each drawn from the seed and the number of the pass,
/// so that any step can be found again without having run the ones before it.
/// </summary>
internal sealed class RowOrder(int rows, long seed)
{
    private long _pass = -1;
    private int[] _permutation = [];

    /// <summary>The row at a place of the endless sequence of passes.</summary>
    public int At(long place)
    {
        var pass = place / rows;
        if (pass != _pass)
        {
            _permutation = [.. Enumerable.Range(0, rows)];
            new Random(HashCode32(seed, pass)).Shuffle(_permutation);
            _pass = pass;
        }

        return _permutation[place % rows];
    }

    /// <summary>SplitMix64's finaliser (Steele, Lea and Flood 2014) over seed and pass; unlike HashCode it is the same in every process.</summary>
    private static int HashCode32(long seed, long pass)
    {
        var z = (ulong)seed + ((ulong)(pass + 1) * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return (int)(z ^ (z >> 31));
    }
}
