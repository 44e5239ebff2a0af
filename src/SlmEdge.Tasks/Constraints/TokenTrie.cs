namespace SlmEdge.Tasks.Constraints;

/// <summary>Tokens by their bytes. Nodes stand in depth-first order, so that a walk reads its arrays from front to back.</summary>
internal sealed class TokenTrie
{
    // Node i's subtree is i .. _end[i] - 1, and its tokens are _tokens[_first[i] .. _first[i + 1] - 1].
    private readonly byte[] _label;
    private readonly byte[] _depth;
    private readonly int[] _end;
    private readonly int[] _first;
    private readonly int[] _tokens;
    private readonly int[] _roots = new int[256];

    /// <param name="words">Tokens with their bytes, 1 to 254 of each, sorted by bytes and then by token.</param>
    public TokenTrie(IReadOnlyList<(byte[] Bytes, int Token)> words)
    {
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
                if (at == 0)
                {
                    _roots[bytes[0]] = label.Count;
                }

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

    /// <summary>The byte that leads to each node; node 0 is the root.</summary>
    public ReadOnlySpan<byte> Labels => _label;

    /// <summary>Bytes from the root to each node.</summary>
    public ReadOnlySpan<byte> Depths => _depth;

    /// <summary>The node behind the subtree of each node.</summary>
    public ReadOnlySpan<int> Ends => _end;

    /// <summary>The tokens that end at a node.</summary>
    public ReadOnlySpan<int> TokensAt(int node) => _tokens.AsSpan(_first[node], _first[node + 1] - _first[node]);

    /// <summary>The fewest tokens that spell a text; <see cref="int.MaxValue"/> where they cannot.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shorter">The same for its last 0, 1, … bytes, the whole text left out.</param>
    public int Fewest(ReadOnlySpan<byte> text, ReadOnlySpan<int> shorter)
    {
        int best = int.MaxValue;
        int node = _roots[text[0]];
        for (int length = 1; node > 0; length++)
        {
            int rest = shorter[text.Length - length];
            if (_first[node] < _first[node + 1] && rest < int.MaxValue)
            {
                best = Math.Min(best, rest + 1);
            }

            node = length < text.Length ? Child(node, text[length]) : 0;
        }

        return best;
    }

    /// <summary>The child that a byte leads to; 0 for none.</summary>
    private int Child(int node, byte label)
    {
        for (int child = node + 1; child < _end[node]; child = _end[child])
        {
            if (_label[child] == label)
            {
                return child;
            }
        }

        return 0;
    }
}
