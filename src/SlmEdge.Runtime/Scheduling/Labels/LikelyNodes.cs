using System.Runtime.InteropServices;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>
/// Says which nodes of a label trie have to be evaluated so that all calibrated probabilities are right to a tolerance. The labels below a node have
/// together at most the node's probability p; calibrated with the temperature T, n of them add at most n^(1−1/T) · p^(1/T) where T ≥ 1 (the power mean:
/// equal shares add the most), and p^(1/T) where T &lt; 1. So the walk ends when what all nodes that were left out can add is no more than
/// the tolerance's share of what was found, and none of them can hold the best label.
/// </summary>
/// <remarks>
/// It looks at the scores of its own text only, and only when all nodes that it named are evaluated: what else runs, and how the nodes were
/// spread over evaluations, changes nothing.
/// </remarks>
internal sealed class LikelyNodes
{
    private readonly NodeScores scores;
    private readonly LabelTrie trie;
    private readonly LabelShape shape;
    private readonly double tolerance;
    private readonly double sharpness;
    private readonly List<double> found = [];
    private readonly List<(double Bound, int Node)> open = [];

    /// <param name="scores">The scores, which the caller fills in.</param>
    /// <param name="tolerance">What may be left out, as a share of all labels' calibrated probability.</param>
    /// <param name="temperature">The temperature that the scores will be calibrated with.</param>
    public LikelyNodes(NodeScores scores, double tolerance, double temperature)
    {
        this.scores = scores;
        this.tolerance = tolerance;
        trie = scores.Trie;
        shape = LabelShape.Of(trie);
        sharpness = 1 / temperature;
    }

    /// <summary>Takes note of a node's children, whose scores are known.</summary>
    /// <param name="node">The root, or a node that <see cref="Next"/> named, or the only inner child of the one before.</param>
    public void Expand(int node)
    {
        var child = trie[node].FirstChild;
        var goesOn = node == 0 ? -1 : shape.GetOnlyInnerChild(node);
        foreach (var next in trie.GetChildren(node))
        {
            if (next.Label >= 0)
            {
                found.Add(scores[child] * sharpness);
            }

            if (next.ChildCount > 0 && child != goesOn)
            {
                open.Add((BoundOf(child), child));
            }

            child++;
        }
    }

    /// <summary>
    /// Moves the nodes that have to be evaluated next to a queue. A node that has only one inner child is to be evaluated together with it, and so on.
    /// </summary>
    /// <returns>Whether there are any; otherwise the scores are right to the tolerance.</returns>
    public bool Next(Queue<int> nodes)
    {
        if (open.Count == 0)
        {
            return false;
        }

        // The likeliest first; equal ones in the order of the trie.
        open.Sort(static (a, b) => a.Bound != b.Bound ? b.Bound.CompareTo(a.Bound) : a.Node.CompareTo(b.Node));
        var best = double.NegativeInfinity;
        foreach (var score in found)
        {
            best = Math.Max(best, score);
        }

        var top = Math.Max(open[0].Bound, best);

        var sum = 0.0;
        foreach (var score in found)
        {
            sum += Math.Exp(score - top);
        }

        var rest = 0.0;
        foreach (var (bound, _) in open)
        {
            rest += Math.Exp(bound - top);
        }

        // As if all that is open were labels; where it proves less, a later round goes on with what was found by then.
        var count = 0;
        if (rest > tolerance * sum)
        {
            count = Needed(top, tolerance / 2 * (sum + rest));
            count = count > 0 ? count : Needed(top, tolerance / 2 * sum);
        }

        // Whatever the tolerance, the best label has to be the best of all.
        while (found.Count > 0 && count < open.Count && open[count].Bound >= best)
        {
            count++;
        }

        if (count == 0)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            nodes.Enqueue(open[i].Node);
        }

        open.RemoveRange(0, count);
        return true;
    }

    /// <summary>Writes all labels' scores. Labels below a node that was left out share its probability.</summary>
    public void Complete(Span<float> labelScores)
    {
        for (var label = 0; label < trie.LabelCount; label++)
        {
            labelScores[label] = (float)scores[trie.GetLabelNode(label)];
        }

        foreach (var (_, node) in CollectionsMarshal.AsSpan(open))
        {
            // A label that ends at the node itself is known.
            var inside = trie[node].Label;
            Share(node, inside, (float)(scores[node] - Math.Log(shape.GetLabelsBelow(node) - (inside >= 0 ? 1 : 0))), labelScores);
        }
    }

    private void Share(int node, int known, float score, Span<float> labelScores)
    {
        if (trie[node].Label is var label && label >= 0 && label != known)
        {
            labelScores[label] = score;
        }

        for (var child = trie[node].FirstChild; child < trie[node].FirstChild + trie[node].ChildCount; child++)
        {
            Share(child, known, score, labelScores);
        }
    }

    // How many of the open nodes, from the likeliest, leave no more than a mass to the others.
    private int Needed(double top, double mass)
    {
        var left = 0.0;
        var count = open.Count;
        while (count > 0 && left + Math.Exp(open[count - 1].Bound - top) is var more && more <= mass)
        {
            left = more;
            count--;
        }

        return count;
    }

    private double BoundOf(int node) =>
        (scores[node] * sharpness) + (Math.Max(0, 1 - sharpness) * Math.Log(shape.GetLabelsBelow(node)));
}
