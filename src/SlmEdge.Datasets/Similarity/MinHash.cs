using System.Numerics;
using System.Runtime.InteropServices;
using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Similarity;

/// <summary>
/// MinHash signatures (Broder 1997): the smallest value of the shingles under each of several hash functions. The share of places at
/// which two signatures agree estimates the Jaccard similarity of the sets.
/// </summary>
internal sealed class MinHash
{
    private readonly uint[] _multipliers;
    private readonly uint[] _offsets;

    /// <param name="size">Hash functions; values beyond a multiple of the vector width are computed and left out.</param>
    public MinHash(int size)
    {
        Size = size;
        int padded = (size + Vector<uint>.Count - 1) / Vector<uint>.Count * Vector<uint>.Count;
        _multipliers = new uint[padded];
        _offsets = new uint[padded];
        for (int i = 0; i < padded; i++)
        {
            // Odd, so that multiplying is one to one. The same in every run: signatures have no seed.
            ulong random = TextHash.Mix((ulong)i + 1);
            _multipliers[i] = (uint)random | 1;
            _offsets[i] = (uint)(random >> 32);
        }
    }

    /// <summary>Values of a signature.</summary>
    public int Size { get; }

    /// <summary>The signature of a set of shingles; repetitions make no difference.</summary>
    public uint[] Signature(ReadOnlySpan<ulong> shingles)
    {
        var signature = new uint[_multipliers.Length];
        Array.Fill(signature, uint.MaxValue);
        Span<Vector<uint>> smallest = MemoryMarshal.Cast<uint, Vector<uint>>(signature.AsSpan());
        ReadOnlySpan<Vector<uint>> multipliers = MemoryMarshal.Cast<uint, Vector<uint>>(_multipliers);
        ReadOnlySpan<Vector<uint>> offsets = MemoryMarshal.Cast<uint, Vector<uint>>(_offsets);
        foreach (ulong shingle in shingles)
        {
            var value = new Vector<uint>((uint)(shingle >> 32));
            for (int i = 0; i < smallest.Length; i++)
            {
                smallest[i] = Vector.Min(smallest[i], (multipliers[i] * value) + offsets[i]);
            }
        }

        return signature;
    }

    /// <summary>The estimate of the Jaccard similarity of two signatures.</summary>
    public double Estimate(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int equal = 0;
        for (int i = 0; i < Size; i++)
        {
            equal += a[i] == b[i] ? 1 : 0;
        }

        return (double)equal / Size;
    }
}
