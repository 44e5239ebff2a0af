using System.Runtime.InteropServices;

namespace SlmEdge.Datasets.Storage;

/// <summary>
/// 64-bit hashes of texts, the same on every machine and in every run. Multiplication folded onto itself is the mixing of wyhash
/// (Wang Yi); where two texts must not be taken for one, the texts themselves are compared.
/// </summary>
internal static class TextHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 0)
    {
        ulong hash = seed ^ First;
        ReadOnlySpan<ulong> blocks = MemoryMarshal.Cast<char, ulong>(text);
        foreach (ulong block in blocks)
        {
            hash = Mix(hash ^ block, Second);
        }

        ulong rest = 0;
        foreach (char c in text[(4 * blocks.Length)..])
        {
            rest = (rest << 16) | c;
        }

        return Mix(hash ^ rest, First ^ (ulong)text.Length);
    }

    /// <summary>Spreads a number over all bits.</summary>
    public static ulong Mix(ulong a, ulong b = Second)
    {
        ulong high = Math.BigMul(a ^ First, b, out ulong low);
        return high ^ low;
    }
}
