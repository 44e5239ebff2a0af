namespace SlmEdge.Tasks.Labels;

/// <summary>
/// The labels of a task as a prefix tree over their tokens. An engine evaluates every inner node once and reads the log-probabilities of
/// its children there; a label's score is the sum along its path. Immutable, so it may be shared by threads.
/// </summary>
public sealed class LabelTrie
{
    private readonly LabelTrieNode[] _nodes;
    private readonly int[] _depthStart;
    private readonly int[] _labelNode;
    private readonly int[][] _labelTokens;

    /// <summary>Builds the tree.</summary>
    /// <param name="labelTokens">The tokens of each label; none empty, no two alike. One may be the beginning of another.</param>
    /// <exception cref="ArgumentException">No labels, an empty one, a negative token, or two labels with the same tokens.</exception>
    public LabelTrie(IReadOnlyList<int[]> labelTokens)
    {
        ArgumentNullException.ThrowIfNull(labelTokens);
        if (labelTokens.Count == 0)
        {
            throw new ArgumentException("there are no labels", nameof(labelTokens));
        }

        _labelTokens = new int[labelTokens.Count][];
        _labelNode = new int[labelTokens.Count];
        // Sorting puts everything under one node side by side, so that each level is built by one sweep over the level above.
        var order = new int[labelTokens.Count];
        for (int label = 0; label < order.Length; label++)
        {
            int[] tokens = labelTokens[label];
            if (tokens is null || tokens.Length == 0)
            {
                throw new ArgumentException($"label {label} has no tokens", nameof(labelTokens));
            }

            if (tokens.AsSpan().ContainsAnyInRange(int.MinValue, -1))
            {
                throw new ArgumentException($"label {label} has a negative token", nameof(labelTokens));
            }

            _labelTokens[label] = (int[])tokens.Clone();
            order[label] = label;
        }

        Array.Sort(order, (a, b) => _labelTokens[a].AsSpan().SequenceCompareTo(_labelTokens[b]));
        for (int i = 1; i < order.Length; i++)
        {
            if (_labelTokens[order[i]].AsSpan().SequenceEqual(_labelTokens[order[i - 1]]))
            {
                (int low, int high) = (Math.Min(order[i], order[i - 1]), Math.Max(order[i], order[i - 1]));
                throw new ArgumentException($"labels {low} and {high} have the same tokens", nameof(labelTokens));
            }
        }

        var nodes = new List<LabelTrieNode> { new(-1, -1, 0, 0, 0, -1) };
        var ranges = new List<(int Start, int End)> { (0, order.Length) };
        var depthStart = new List<int> { 0 };
        for (int level = 0; ; level++)
        {
            int levelStart = depthStart[level];
            int levelEnd = nodes.Count;
            depthStart.Add(levelEnd);
            for (int node = levelStart; node < levelEnd; node++)
            {
                (int start, int end) = ranges[node];
                int label = -1;
                if (_labelTokens[order[start]].Length == level)
                {
                    // The shortest sorts first: a label that ends here is the first of its range.
                    label = order[start++];
                    _labelNode[label] = node;
                }

                int firstChild = nodes.Count;
                while (start < end)
                {
                    int token = _labelTokens[order[start]][level];
                    int next = start + 1;
                    while (next < end && _labelTokens[order[next]][level] == token)
                    {
                        next++;
                    }

                    nodes.Add(new LabelTrieNode(token, node, level + 1, 0, 0, -1));
                    ranges.Add((start, next));
                    start = next;
                }

                nodes[node] = nodes[node] with { FirstChild = firstChild, ChildCount = nodes.Count - firstChild, Label = label };
            }

            if (nodes.Count == levelEnd)
            {
                break;
            }
        }

        _nodes = [.. nodes];
        _depthStart = [.. depthStart];
    }

    /// <summary>Number of labels.</summary>
    public int LabelCount => _labelTokens.Length;

    /// <summary>Number of nodes, the root included.</summary>
    public int NodeCount => _nodes.Length;

    /// <summary>Tokens of the longest label.</summary>
    public int MaxDepth => _depthStart.Length - 2;

    /// <summary>Whether every label is one token: then one forward pass scores them all.</summary>
    public bool SingleToken => MaxDepth == 1;

    /// <summary>All nodes, numbered breadth first; siblings are neighbours in ascending order of token.</summary>
    public ReadOnlySpan<LabelTrieNode> Nodes => _nodes;

    /// <summary>The node with a number.</summary>
    public LabelTrieNode this[int node] => _nodes[node];

    /// <summary>The children of a node, in ascending order of token.</summary>
    public ReadOnlySpan<LabelTrieNode> GetChildren(int node) => _nodes.AsSpan(_nodes[node].FirstChild, _nodes[node].ChildCount);

    /// <summary>The node numbers at a depth: they are neighbours.</summary>
    /// <param name="depth">0 (the root) to <see cref="MaxDepth"/>.</param>
    public Range GetDepth(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
        return _depthStart[depth].._depthStart[depth + 1];
    }

    /// <summary>The node at which a label ends.</summary>
    public int GetLabelNode(int label) => _labelNode[label];

    /// <summary>The tokens of a label.</summary>
    public ReadOnlySpan<int> GetTokens(int label) => _labelTokens[label];

    /// <summary>The child of a node that a token leads to, or -1.</summary>
    public int FindChild(int node, int token)
    {
        int low = _nodes[node].FirstChild;
        int high = low + _nodes[node].ChildCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int found = _nodes[middle].Token;
            if (found == token)
            {
                return middle;
            }

            if (found < token)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    /// <summary>The node that a path of tokens leads to from the root, or -1.</summary>
    public int Find(ReadOnlySpan<int> tokens)
    {
        int node = 0;
        foreach (int token in tokens)
        {
            node = FindChild(node, token);
            if (node < 0)
            {
                return -1;
            }
        }

        return node;
    }

    /// <summary>Writes the tokens from the root to a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="path">At least <see cref="LabelTrieNode.Depth"/> long; the first so many are written.</param>
    public void CopyPath(int node, Span<int> path)
    {
        for (int current = node; current > 0; current = _nodes[current].Parent)
        {
            path[_nodes[current].Depth - 1] = _nodes[current].Token;
        }
    }
}
