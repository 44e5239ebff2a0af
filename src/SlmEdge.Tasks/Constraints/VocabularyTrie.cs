namespace SlmEdge.Tasks.Constraints;

/// <summary>The tokens of a vocabulary that stand for text, by their bytes. Made once for a model; safe for several threads.</summary>
public sealed class VocabularyTrie
{
    // Nodes in depth-first order: node i's subtree is i .. _end[i] - 1, and its tokens are _tokens[_first[i] .. _first[i + 1] - 1].
    private readonly byte[] _label;
    private readonly byte[] _depth;
    private readonly int[] _end;
    private readonly int[] _first;
    private readonly int[] _tokens;

    /// <summary>Sorts the tokens.</summary>
    /// <param name="vocabularySize">Tokens are 0 to this less one.</param>
    /// <param name="tokenBytes">The bytes of each; none for control tokens and whatever else must not be written.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary is empty.</exception>
    public VocabularyTrie(int vocabularySize, TokenBytes tokenBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentNullException.ThrowIfNull(tokenBytes);
        VocabularySize = vocabularySize;
        var words = new List<(byte[] Bytes, int Token)>();
        for (int token = 0; token < vocabularySize; token++)
        {
            ReadOnlySpan<byte> bytes = tokenBytes(token);

            // Longer ones hold nothing that shorter ones could not write, and the depth fits a byte.
            if (bytes.Length is > 0 and < 255)
            {
                words.Add((bytes.ToArray(), token));
                MaxTokenBytes = Math.Max(MaxTokenBytes, bytes.Length);
            }
        }

        words.Sort(static (x, y) => x.Bytes.AsSpan().SequenceCompareTo(y.Bytes) is var order and not 0 ? order : x.Token.CompareTo(y.Token));
        _tokens = [.. words.Select(word => word.Token)];
        var label = new List<byte> { 0 };
        var depth = new List<byte> { 0 };
        var end = new List<int> { 0 };
        var first = new List<int> { 0 };
        var open = new List<int> { 0 };
        byte[] last = [];
        for (int i = 0; i < words.Count; i++)
        {
            byte[] bytes = words[i].Bytes;
            int common = last.AsSpan().CommonPrefixLength(bytes);
            Close(common + 1);
            for (int at = common; at < bytes.Length; at++)
            {
                open.Add(label.Count);
                label.Add(bytes[at]);
                depth.Add((byte)(at + 1));
                end.Add(0);
                first.Add(i);
            }

            last = bytes;
        }

        Close(0);
        first.Add(words.Count);
        (_label, _depth, _end, _first) = ([.. label], [.. depth], [.. end], [.. first]);

        void Close(int depthToKeep)
        {
            while (open.Count > depthToKeep)
            {
                end[open[^1]] = label.Count;
                open.RemoveAt(open.Count - 1);
            }
        }
    }

    /// <summary>Number of tokens, those that are no text included.</summary>
    public int VocabularySize { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int MaxTokenBytes { get; }

    internal ReadOnlySpan<byte> Labels => _label;

    internal ReadOnlySpan<byte> Depths => _depth;

    internal ReadOnlySpan<int> Ends => _end;

    /// <summary>The tokens that end at a node.</summary>
    internal ReadOnlySpan<int> TokensAt(int node) => _tokens.AsSpan(_first[node], _first[node + 1] - _first[node]);

    /// <summary>The fewest tokens that spell a text; <see cref="int.MaxValue"/> where the vocabulary cannot.</summary>
    internal int CountTokens(ReadOnlySpan<byte> text)
    {
        int[] fewest = System.Buffers.ArrayPool<int>.Shared.Rent(text.Length + 1);
        fewest[text.Length] = 0;
        for (int from = text.Length - 1; from >= 0; from--)
        {
            int best = int.MaxValue;
            int node = 0;
            for (int at = from; at < text.Length; at++)
            {
                node = Child(node, text[at]);
                if (node < 0)
                {
                    break;
                }

                if (_first[node] < _first[node + 1] && fewest[at + 1] < int.MaxValue)
                {
                    best = Math.Min(best, fewest[at + 1] + 1);
                }
            }

            fewest[from] = best;
        }

        int count = fewest[0];
        System.Buffers.ArrayPool<int>.Shared.Return(fewest);
        return count;
    }

    private int Child(int node, byte label)
    {
        for (int child = node + 1; child < _end[node]; child = _end[child])
        {
            if (_label[child] == label)
            {
                return child;
            }
        }

        return -1;
    }
}
