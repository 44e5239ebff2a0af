using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Similarity;

/// <summary>
/// The runs of k characters of a text (Broder 1997, "On the resemblance and containment of documents"), each as a 64-bit hash. Characters
/// rather than words: maintenance notes are short and misspelt, and not every language puts spaces between words.
/// </summary>
internal static class ShingleSet
{
    private const ulong Base = 0x9E3779B97F4A7C15;

    /// <summary>The hashes of all shingles in the order of the text, repetitions included. A text shorter than a shingle is one.</summary>
    public static ulong[] Sequence(ReadOnlySpan<char> text, int length)
    {
        if (text.Length <= length)
        {
            return [TextHash.Of(text)];
        }

        ulong leaving = 1;
        for (int i = 0; i < length; i++)
        {
            leaving *= Base;
        }

        var hashes = new ulong[text.Length - length + 1];
        ulong rolling = 0;
        for (int i = 0; i < text.Length; i++)
        {
            rolling = (rolling * Base) + text[i] + 1;
            if (i >= length)
            {
                rolling -= leaving * ((ulong)text[i - length] + 1);
            }

            if (i >= length - 1)
            {
                hashes[i - length + 1] = TextHash.Mix(rolling);
            }
        }

        return hashes;
    }

    /// <summary>The different shingles of a text, ascending.</summary>
    public static ulong[] Of(ReadOnlySpan<char> text, int length)
    {
        ulong[] hashes = Sequence(text, length);
        Array.Sort(hashes);
        int count = 0;
        foreach (ulong hash in hashes)
        {
            if (count == 0 || hash != hashes[count - 1])
            {
                hashes[count++] = hash;
            }
        }

        return hashes[..count];
    }

    /// <summary>Shared shingles over all shingles of two sets.</summary>
    public static double Jaccard(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        int shared = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] == b[j])
            {
                shared++;
                i++;
                j++;
            }
            else if (a[i] < b[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return (double)shared / (a.Length + b.Length - shared);
    }
}
