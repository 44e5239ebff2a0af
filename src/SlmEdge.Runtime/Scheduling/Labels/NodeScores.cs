using SlmEdge.Engines.Scoring;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>The log-probabilities of a trie's nodes behind one text, as far as they are known: the sum along the path from the root.</summary>
internal sealed class NodeScores(LabelTrie trie)
{
    private readonly double[] nodes = new double[trie.NodeCount];

    public LabelTrie Trie => trie;

    public double this[int node] => nodes[node];

    /// <summary>Takes the scores of a node's children from the logits at the node, whose own score is known.</summary>
    public void Read(int node, ReadOnlySpan<float> logits)
    {
        var offset = nodes[node] - LogSoftmax.LogSumExp(logits);
        var child = trie[node].FirstChild;
        foreach (var next in trie.GetChildren(node))
        {
            nodes[child++] = offset + logits[next.Token];
        }
    }
}
