using System.Text;

namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>
/// A context-free language over bytes. Counted repetition is a part of its own, so that <c>{0,1000}</c> costs no more than <c>*</c>.
/// After <see cref="Close"/> every node knows its shortest text; of several the one that comes first in byte order, which makes the
/// rest of a shortest text the shortest text of the rest: the budget of <see cref="ByteAutomaton"/> stands on that.
/// </summary>
internal sealed class ByteGrammar(int maxNodes)
{
    private const long Huge = 1L << 40;
    private const int MaxComparisons = 4_000_000;

    private readonly List<GrammarNode> _nodes = [];
    private readonly GrammarNode?[] _single = new GrammarNode?[256];
    private GrammarNode? _empty;
    private int _comparisons;

    public GrammarNode Empty => _empty ??= Add(new GrammarNode(GrammarNodeKind.Sequence));

    public int Count => _nodes.Count;

    public GrammarNode Set(ByteSet set) => Add(new GrammarNode(GrammarNodeKind.Bytes) { Bytes = set });

    public GrammarNode Range(int from, int to) => from == to ? _single[from] ??= Set(ByteSet.Range(from, to)) : Set(ByteSet.Range(from, to));

    public GrammarNode Literal(string text) => Literal(Encoding.UTF8.GetBytes(text));

    public GrammarNode Literal(ReadOnlySpan<byte> bytes)
    {
        var items = new GrammarNode[bytes.Length];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Range(bytes[i], bytes[i]);
        }

        return Sequence(items);
    }

    public GrammarNode Sequence(params GrammarNode[] items) => items.Length switch
    {
        0 => Empty,
        1 => items[0],
        _ => Add(new GrammarNode(GrammarNodeKind.Sequence) { Items = items }),
    };

    public GrammarNode Choice(params IEnumerable<GrammarNode> items)
    {
        GrammarNode[] distinct = [.. items.Distinct()];
        return distinct.Length == 1 ? distinct[0] : Add(new GrammarNode(GrammarNodeKind.Choice) { Items = distinct });
    }

    /// <summary>A choice whose items are set later.</summary>
    public GrammarNode Placeholder() => Add(new GrammarNode(GrammarNodeKind.Choice));

    public GrammarNode Optional(GrammarNode item) => Choice(item, Empty);

    public GrammarNode Repeat(GrammarNode item, int min, int max) => max == 0
        ? Empty
        : min == 1 && max == 1 ? item : Add(new GrammarNode(GrammarNodeKind.Repeat) { Items = [item], Min = min, Max = max });

    public GrammarNode Container(GrammarNode item) => Add(new GrammarNode(GrammarNodeKind.Container) { Items = [item] });

    /// <summary>Finds the shortest texts. Called once, after the last node.</summary>
    /// <exception cref="ConstraintLimitException">The grammar is too intricate.</exception>
    public void Close()
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (GrammarNode node in _nodes)
            {
                long length = Length(node);
                changed |= length < node.MinLength;
                node.MinLength = Math.Min(node.MinLength, length);
            }
        }

        // Items of a shortest text are no longer than the text, so in this order they are nearly always settled before it.
        foreach (GrammarNode node in _nodes.Where(n => n.MinLength != GrammarNode.Never).OrderBy(n => n.MinLength))
        {
            Settle(node);
        }

        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (GrammarNode node in _nodes)
            {
                int nesting = Nesting(node);
                changed |= nesting > node.Nesting;
                node.Nesting = Math.Max(node.Nesting, nesting);
            }
        }
    }

    private static long Length(GrammarNode node)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Bytes:
                return node.Bytes.IsEmpty ? GrammarNode.Never : 1;
            case GrammarNodeKind.Choice:
                return node.Items.Length == 0 ? GrammarNode.Never : node.Items.Min(item => item.MinLength);
            case GrammarNodeKind.Repeat:
                long one = node.Items[0].MinLength;
                return node.Min == 0 ? 0 : one == GrammarNode.Never ? one : Math.Min(Huge, one * Math.Min(node.Min, Huge / Math.Max(1, one)));
            default:
                long sum = 0;
                foreach (GrammarNode item in node.Items)
                {
                    if (item.MinLength == GrammarNode.Never)
                    {
                        return GrammarNode.Never;
                    }

                    sum = Math.Min(Huge, sum + item.MinLength);
                }

                return sum;
        }
    }

    private static int Nesting(GrammarNode node) => node.MinLength == GrammarNode.Never ? 0 : node.Kind switch
    {
        GrammarNodeKind.Bytes => 0,
        GrammarNodeKind.Choice => node.Items[node.Best].Nesting,
        GrammarNodeKind.Repeat => node.Min == 0 ? 0 : node.Items[0].Nesting,
        GrammarNodeKind.Container => node.Items[0].Nesting + 1,
        _ => node.Items.Length == 0 ? 0 : node.Items.Max(item => item.Nesting),
    };

    private void Settle(GrammarNode node)
    {
        if (node.Kind != GrammarNodeKind.Choice || node.Best >= 0)
        {
            return;
        }

        int best = -1;
        for (int i = 0; i < node.Items.Length; i++)
        {
            if (node.Items[i].MinLength == node.MinLength && (best < 0 || Compare(node.Items[i], node.Items[best]) < 0))
            {
                best = i;
            }
        }

        node.Best = best;
    }

    private int Compare(GrammarNode x, GrammarNode y)
    {
        var first = new ShortestText(Settle);
        var second = new ShortestText(Settle);
        first.Push(x, 0);
        second.Push(y, 0);
        while (first.Next() is var a and >= 0)
        {
            if (++_comparisons > MaxComparisons)
            {
                throw new ConstraintLimitException("too many alternatives that begin alike");
            }

            int b = second.Next();
            if (a != b)
            {
                return a - b;
            }
        }

        return 0;
    }

    private GrammarNode Add(GrammarNode node)
    {
        if (_nodes.Count >= maxNodes)
        {
            throw new ConstraintLimitException($"more than {maxNodes} states");
        }

        _nodes.Add(node);
        return node;
    }
}
