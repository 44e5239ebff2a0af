using System.Runtime.InteropServices;

namespace SlmEdge.Formats.Tokenization;

/// <summary>
/// The words of a corpus as token sequences, and for every adjacent pair its count and the words it occurs in. A merge rewrites only those words
/// and adjusts only the neighbouring pairs; the queue is corrected lazily, when a stale count comes to its top.
/// </summary>
internal sealed class PairTable
{
    private readonly int[][] _words;
    private readonly int[] _lengths;
    private readonly long[] _wordCounts;
    private readonly Dictionary<long, long> _counts = [];
    private readonly Dictionary<long, List<int>> _places = [];

    // The most frequent pair first; among equals the lower left, then the lower right token.
    private readonly PriorityQueue<long, (long NegativeCount, long Pair)> _queue = new();

    public PairTable(List<(int[] Tokens, long Count)> words)
    {
        _words = new int[words.Count][];
        _lengths = new int[words.Count];
        _wordCounts = new long[words.Count];
        for (int w = 0; w < words.Count; w++)
        {
            int[] tokens = words[w].Tokens;
            _words[w] = tokens;
            _lengths[w] = tokens.Length;
            _wordCounts[w] = words[w].Count;
            for (int i = 1; i < tokens.Length; i++)
            {
                Increase(Key(tokens[i - 1], tokens[i]), words[w].Count, w);
            }
        }

        foreach (var (pair, count) in _counts)
        {
            _queue.Enqueue(pair, (-count, pair));
        }
    }

    public bool TryTakeMostFrequent(long minimum, out int left, out int right)
    {
        while (_queue.TryDequeue(out long pair, out var priority))
        {
            long count = _counts.GetValueOrDefault(pair);
            if (count != -priority.NegativeCount)
            {
                if (count > 0)
                {
                    _queue.Enqueue(pair, (-count, pair));
                }

                continue;
            }

            if (count < Math.Max(1, minimum))
            {
                break;
            }

            left = (int)(pair >> 32);
            right = (int)pair;
            return true;
        }

        left = right = -1;
        return false;
    }

    /// <summary>Replaces the pair by one token in every word.</summary>
    public void Merge(int left, int right, int merged)
    {
        long pair = Key(left, right);
        if (!_places.Remove(pair, out List<int>? places))
        {
            return;
        }

        _counts.Remove(pair);
        var touched = new HashSet<long>();
        int previousWord = -1;
        foreach (int word in places)
        {
            // A word stands here once for each occurrence of the pair, one after another; it is rewritten at once.
            if (word != previousWord)
            {
                Rewrite(word, left, right, merged, touched);
                previousWord = word;
            }
        }

        _counts.Remove(pair);
        touched.Remove(pair);
        foreach (long changed in touched)
        {
            if (_counts.TryGetValue(changed, out long count) && count > 0)
            {
                _queue.Enqueue(changed, (-count, changed));
            }
        }
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private void Rewrite(int word, int left, int right, int merged, HashSet<long> touched)
    {
        Span<int> tokens = _words[word].AsSpan(0, _lengths[word]);
        long count = _wordCounts[word];
        int write = 0;
        for (int read = 0; read < tokens.Length; read++)
        {
            if (tokens[read] != left || read + 1 >= tokens.Length || tokens[read + 1] != right)
            {
                tokens[write++] = tokens[read];
                continue;
            }

            if (write > 0)
            {
                Decrease(Key(tokens[write - 1], left), count);
                long before = Key(tokens[write - 1], merged);
                Increase(before, count, word);
                touched.Add(before);
            }

            if (read + 2 < tokens.Length)
            {
                Decrease(Key(right, tokens[read + 2]), count);
                long after = Key(merged, tokens[read + 2]);
                Increase(after, count, word);
                touched.Add(after);
            }

            tokens[write++] = merged;
            read++;
        }

        _lengths[word] = write;
    }

    private void Increase(long pair, long count, int word)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
        ref List<int>? places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _);
        places ??= [];
        if (places.Count == 0 || places[^1] != word)
        {
            places.Add(word);
        }
    }

    private void Decrease(long pair, long count)
    {
        ref long value = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, pair);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref value))
        {
            value -= count;
        }
    }
}
