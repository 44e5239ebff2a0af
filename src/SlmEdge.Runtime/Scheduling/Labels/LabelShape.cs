using System.Runtime.CompilerServices;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>What a label trie looks like to those that evaluate it, and what its texts took so far.</summary>
internal sealed class LabelShape
{
    private static readonly ConditionalWeakTable<LabelTrie, LabelShape> Known = [];

    private readonly int[] labelsBelow;
    private readonly int[] onlyInnerChild;

    // Learnt from the texts so far. Several loops may write them: they are estimates.
    private int expectedCells;
    private int expectedForks;

    private LabelShape(LabelTrie trie)
    {
        labelsBelow = new int[trie.NodeCount];
        onlyInnerChild = new int[trie.NodeCount];

        // Breadth first, so children have higher numbers than their parents.
        for (var node = trie.NodeCount - 1; node >= 0; node--)
        {
            var one = trie[node];
            var inner = 0;
            onlyInnerChild[node] = -1;
            labelsBelow[node] += one.Label >= 0 ? 1 : 0;
            for (var child = one.FirstChild; child < one.FirstChild + one.ChildCount; child++)
            {
                labelsBelow[node] += labelsBelow[child];
                if (trie[child].ChildCount > 0)
                {
                    onlyInnerChild[node] = inner++ == 0 ? child : -1;
                }
            }

            InnerNodes += node > 0 && one.ChildCount > 0 ? 1 : 0;
            Forks += Math.Max(0, inner - 1);
        }

        expectedForks = Math.Min(Forks + 1, 8);
        expectedCells = Math.Min(InnerNodes, 4 * trie.MaxDepth);
    }

    /// <summary>Tokens that are evaluated behind the text for every label.</summary>
    public int InnerNodes { get; }

    /// <summary>Sequences that are taken for them beside the text's own.</summary>
    public int Forks { get; }

    /// <summary>Cells that a text's likely labels took lately.</summary>
    public int ExpectedCells => Volatile.Read(ref expectedCells);

    /// <summary>Sequences that a text's likely labels took lately.</summary>
    public int ExpectedForks => Volatile.Read(ref expectedForks);

    public static LabelShape Of(LabelTrie trie) => Known.GetValue(trie, static one => new LabelShape(one));

    /// <summary>Labels that end at a node or below it.</summary>
    public int GetLabelsBelow(int node) => labelsBelow[node];

    /// <summary>The child of a node that has children itself, where there is exactly one such, or -1.</summary>
    public int GetOnlyInnerChild(int node) => onlyInnerChild[node];

    /// <summary>Learns from a text.</summary>
    public void Observe(int cells, int forks)
    {
        Volatile.Write(ref expectedCells, Math.Max(cells, expectedCells - ((expectedCells + 15) / 16)));
        Volatile.Write(ref expectedForks, Math.Max(forks, expectedForks - ((expectedForks + 15) / 16)));
    }
}
