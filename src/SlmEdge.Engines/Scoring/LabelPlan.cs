using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.Scoring;

/// <summary>
/// Cuts the inner nodes of a label trie (those whose logits are needed to score longer labels; the root's come from the
/// text itself) into parts that fit an engine's limits. A node shared by two parts is evaluated in both.
/// </summary>
internal static class LabelPlan
{
    /// <summary>Makes the parts; none when every label is a single token.</summary>
    /// <param name="trie">The labels.</param>
    /// <param name="maxPaths">Sequences available to one part.</param>
    /// <param name="maxNodes">Tokens (inner nodes) that one part may have.</param>
    /// <exception cref="EngineException">One label alone is longer than <paramref name="maxNodes"/>.</exception>
    internal static LabelPart[] Create(LabelTrie trie, int maxPaths, int maxNodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPaths, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNodes, 1);
        if (trie.SingleToken)
        {
            return [];
        }

        var parts = new List<LabelPart>();
        var path = new Stack<int>();
        var current = new List<LabelPartNode>();
        var indexInPart = new Dictionary<int, int>();
        var paths = 0;
        foreach (var end in PathEnds(trie))
        {
            var depth = trie[end].Depth;
            if (depth > maxNodes)
            {
                throw new EngineException(
                    $"A label has {depth + 1} tokens, more than one evaluation of {maxNodes} tokens can hold; raise BatchTokens or shorten the label.");
            }

            CollectNew(end);
            if (paths == maxPaths || current.Count + path.Count > maxNodes)
            {
                parts.Add(new LabelPart(paths, [.. current]));
                current.Clear();
                indexInPart.Clear();
                paths = 0;
                path.Clear();
                CollectNew(end);
            }

            while (path.TryPop(out var node))
            {
                indexInPart[node] = current.Count;
                current.Add(new LabelPartNode(node, paths, 0));
            }

            for (var node = end; node > 0; node = trie[node].Parent)
            {
                var index = indexInPart[node];
                current[index] = current[index] with { PathCount = current[index].PathCount + 1 };
            }

            paths++;
        }

        parts.Add(new LabelPart(paths, [.. current]));
        return [.. parts];

        // The nodes towards the root that this part does not have yet; the topmost ends up on top of the stack.
        void CollectNew(int end)
        {
            for (var node = end; node > 0 && !indexInPart.ContainsKey(node); node = trie[node].Parent)
            {
                path.Push(node);
            }
        }
    }

    // Inner nodes without inner children, depth first, so that neighbours share the most.
    private static IEnumerable<int> PathEnds(LabelTrie trie)
    {
        var pending = new Stack<int>();
        pending.Push(0);
        while (pending.TryPop(out var node))
        {
            var first = trie[node].FirstChild;
            var hasInnerChild = false;
            for (var child = first + trie[node].ChildCount - 1; child >= first; child--)
            {
                if (trie[child].ChildCount > 0)
                {
                    pending.Push(child);
                    hasInnerChild = true;
                }
            }

            if (!hasInnerChild && node != 0)
            {
                yield return node;
            }
        }
    }
}
