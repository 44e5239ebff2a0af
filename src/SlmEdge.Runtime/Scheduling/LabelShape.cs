using System.Runtime.CompilerServices;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>What the inner nodes of a label trie take to be evaluated.</summary>
internal sealed class LabelShape
{
    private static readonly ConditionalWeakTable<LabelTrie, LabelShape> Known = [];

    private LabelShape(LabelTrie trie)
    {
        for (var node = 1; node < trie.NodeCount; node++)
        {
            InnerNodes += trie[node].ChildCount > 0 ? 1 : 0;
        }

        for (var node = 0; node < trie.NodeCount; node++)
        {
            var inner = 0;
            foreach (var child in trie.GetChildren(node))
            {
                inner += child.ChildCount > 0 ? 1 : 0;
            }

            Forks += Math.Max(0, inner - 1);
        }
    }

    /// <summary>Tokens that are evaluated behind the text.</summary>
    public int InnerNodes { get; }

    /// <summary>Sequences that are taken for them beside the text's own.</summary>
    public int Forks { get; }

    public static LabelShape Of(LabelTrie trie) => Known.GetValue(trie, static one => new LabelShape(one));
}
