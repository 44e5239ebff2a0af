namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>The top of a stack of what is still to be written. Equal stacks are one object (see <see cref="ByteAutomaton"/>).</summary>
internal sealed class Frame(int id, Frame? parent, GrammarNode node, int count, int depth)
{
    /// <summary>Order of creation.</summary>
    public int Id { get; } = id;

    /// <summary>What follows; null for nothing.</summary>
    public Frame? Parent { get; } = parent;

    public GrammarNode Node { get; } = node;

    /// <summary>Items or repetitions of <see cref="Node"/> that are behind.</summary>
    public int Count { get; } = count;

    /// <summary>Objects and arrays that are open around it.</summary>
    public int Depth { get; } = depth;

    /// <summary>Bytes of the shortest text of the whole stack.</summary>
    public long MinLength { get; } = Add(parent?.MinLength ?? 0, Own(node, count));

    /// <summary>The stack that allows the same next token; null until asked for.</summary>
    public Frame? Twin { get; set; }

    private static long Add(long x, long y) => x == GrammarNode.Never || y == GrammarNode.Never ? GrammarNode.Never : Math.Min(1L << 50, x + y);

    private static long Own(GrammarNode node, int count)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Repeat when count > 0:
                return count >= node.Min ? 0 : Math.Min(1L << 40, node.Items[0].MinLength) * (node.Min - count);
            case GrammarNodeKind.Sequence when count > 0:
                long sum = 0;
                for (int i = count; i < node.Items.Length; i++)
                {
                    sum = Add(sum, node.Items[i].MinLength);
                }

                return sum;
            default:
                return node.MinLength;
        }
    }
}
