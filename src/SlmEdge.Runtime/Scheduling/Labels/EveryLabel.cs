using SlmEdge.Engines.Sequences;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>
/// Evaluates every inner node of the labels' trie, the deepest first, each on a sequence that goes on from its parent's. The last child of a
/// node takes over its sequence.
/// </summary>
internal sealed class EveryLabel : ILabelWalk
{
    private readonly ISequenceEngine engine;
    private readonly LabelTrie labels;
    private readonly LabelShape shape;
    private readonly ScoreRequest request;
    private readonly int[] nodesLeft;
    private readonly List<(int Node, int Sequence)> pending = [];
    private readonly List<(int Index, int Node, int Sequence)> reading = [];
    private NodeScores scores;
    private int text = -1;
    private int evaluated;

    /// <param name="engine">The engine.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="nodesLeft">For each sequence of the engine the nodes that go on from it; the works of a loop share it.</param>
    public EveryLabel(ISequenceEngine engine, ScoreRequest request, int[] nodesLeft)
    {
        this.engine = engine;
        this.request = request;
        this.nodesLeft = nodesLeft;
        labels = request.Labels;
        shape = LabelShape.Of(labels);
        scores = new NodeScores(labels);
    }

    /// <summary>
    /// Whether the labels have more nodes than the memory has room for: then only nodes that nothing goes on from are evaluated together, and
    /// what is freed was evaluated last.
    /// </summary>
    public bool IsStack { get; set; }

    public int Waiting => pending.Count;

    public int CellsToCome => shape.InnerNodes - evaluated;

    public int SequencesToCome => labels.SingleToken ? 0 : engine.IsRepeatable ? shape.Forks : labels.MaxDepth;

    public void Begin(int sequence, ReadOnlySpan<float> logits)
    {
        text = sequence;
        ReadChildren(0, sequence, logits);
    }

    public int Fill(SequenceBatch batch, int tokens, int outputs, int spare)
    {
        var limit = Math.Min(tokens, outputs);
        var count = 0;
        while (count < limit && pending.Count > 0)
        {
            var (node, at) = pending[^1];
            var ends = !HasInnerChildren(node);
            if (IsStack && !ends && count > 0)
            {
                break;
            }

            var target = at;
            if (nodesLeft[at] > 1)
            {
                // Deeper nodes of this path may each need a sequence more.
                if (engine.FreeSequences <= spare + labels.MaxDepth - 1 - labels[node].Depth)
                {
                    break;
                }

                target = engine.Allocate(repeats: true);
                engine.CopyPrefix(at, target, engine.GetLength(at));
                nodesLeft[at]--;
            }

            pending.RemoveAt(pending.Count - 1);
            reading.Add((batch.Add(target, labels[node].Token, output: true), node, target));
            evaluated++;
            count++;
            if (IsStack && !ends)
            {
                break;
            }
        }

        return count;
    }

    public void Read()
    {
        foreach (var (index, node, at) in reading)
        {
            ReadChildren(node, at, engine.GetLogits(index));
        }

        reading.Clear();
    }

    public void Complete(Span<float> labelScores)
    {
        if (request.Tolerance <= 0 || labels.SingleToken)
        {
            for (var label = 0; label < labels.LabelCount; label++)
            {
                labelScores[label] = (float)scores[labels.GetLabelNode(label)];
            }

            return;
        }

        // The same labels are left out as when only the likely ones are evaluated, so that the answer does not tell how it was found.
        var likely = new LikelyNodes(scores, request.Tolerance, request.Temperature);
        var nodes = new Queue<int>();
        likely.Expand(0);
        while (likely.Next(nodes))
        {
            while (nodes.TryDequeue(out var node))
            {
                for (; node >= 0; node = shape.GetOnlyInnerChild(node))
                {
                    likely.Expand(node);
                }
            }
        }

        likely.Complete(labelScores);
    }

    public void Release()
    {
        // A sequence stands in the list once for each node that goes on from it.
        foreach (var (_, at) in pending)
        {
            if (at != text && --nodesLeft[at] == 0)
            {
                engine.Free(at);
            }
        }

        Forget();
    }

    public void Forget()
    {
        pending.Clear();
        reading.Clear();
        scores = new NodeScores(labels);
        text = -1;
        evaluated = 0;
    }

    private bool HasInnerChildren(int node)
    {
        foreach (var child in labels.GetChildren(node))
        {
            if (child.ChildCount > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void ReadChildren(int node, int at, ReadOnlySpan<float> logits)
    {
        scores.Read(node, logits);
        var child = labels[node].FirstChild;
        var inner = 0;
        foreach (var next in labels.GetChildren(node))
        {
            if (next.ChildCount > 0)
            {
                pending.Add((child, at));
                inner++;
            }

            child++;
        }

        nodesLeft[at] = inner;
        if (inner == 0 && at != text)
        {
            engine.Free(at);
        }
    }
}
