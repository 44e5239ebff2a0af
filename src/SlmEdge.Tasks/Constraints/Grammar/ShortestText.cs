namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>Writes the shortest text of what was pushed, the last pushed first, byte by byte.</summary>
internal sealed class ShortestText(Action<GrammarNode>? settle = null)
{
    private readonly Stack<(GrammarNode Node, int Count)> _open = new();

    /// <summary>Puts a node in front of what is left.</summary>
    /// <param name="node">The node.</param>
    /// <param name="count">How many of its items or repetitions are already behind.</param>
    public void Push(GrammarNode node, int count) => _open.Push((node, count));

    /// <summary>The next byte, or -1 at the end.</summary>
    public int Next()
    {
        while (_open.TryPop(out (GrammarNode Node, int Count) top))
        {
            GrammarNode node = top.Node;
            switch (node.Kind)
            {
                case GrammarNodeKind.Bytes:
                    return node.Bytes.First;
                case GrammarNodeKind.Choice:
                    settle?.Invoke(node);
                    _open.Push((node.Items[node.Best], 0));
                    break;
                case GrammarNodeKind.Container:
                    _open.Push((node.Items[0], 0));
                    break;
                default:
                    if (top.Count < (node.Kind == GrammarNodeKind.Repeat ? node.Min : node.Items.Length))
                    {
                        _open.Push((node, top.Count + 1));
                        _open.Push((node.Items[node.Kind == GrammarNodeKind.Repeat ? 0 : top.Count], 0));
                    }

                    break;
            }
        }

        return -1;
    }
}
