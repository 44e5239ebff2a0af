using SlmEdge.Engines.Sequences;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>
/// Evaluates the nodes of the labels' trie that <see cref="LikelyNodes"/> names, round by round. Each is evaluated with its whole path on a sequence that
/// goes on from the text's, together with the nodes that are its only way on, and the sequence is given back at once: a path is a few tokens, and nothing has to be kept
/// for nodes that may never be asked for.
/// </summary>
internal sealed class LikelyLabels : ILabelWalk
{
    private readonly ISequenceEngine engine;
    private readonly LabelTrie labels;
    private readonly LabelShape shape;
    private readonly ScoreRequest request;
    private readonly Queue<int> waiting = new();
    private readonly List<(int Index, int Node)> reading = [];
    private readonly List<int> taken = [];
    private readonly int[] path;
    private NodeScores scores;
    private LikelyNodes likely;
    private int text = -1;
    private int usedCells;
    private int usedForks;

    public LikelyLabels(ISequenceEngine engine, ScoreRequest request)
    {
        this.engine = engine;
        this.request = request;
        labels = request.Labels;
        shape = LabelShape.Of(labels);
        path = new int[labels.MaxDepth];
        scores = new NodeScores(labels);
        likely = new LikelyNodes(scores, request.Tolerance, request.Temperature);
    }

    /// <summary>Whether it took more than was expected of it.</summary>
    public bool IsBeyondExpectation => usedCells > shape.ExpectedCells || usedForks > shape.ExpectedForks;

    public int Waiting => waiting.Count;

    public int CellsToCome => engine.SharesCells
        ? engine.IsRepeatable ? Math.Max(0, shape.ExpectedCells - usedCells) : labels.MaxDepth
        : request.Prefix.Length + request.Tokens.Length + labels.MaxDepth;

    public int SequencesToCome => engine.IsRepeatable && engine.SharesCells ? Math.Max(1, shape.ExpectedForks - usedForks) : 1;

    /// <summary>Whether an engine can evaluate every path of the labels at once.</summary>
    public static bool CanWalk(ISequenceEngine engine, LabelTrie labels) =>
        labels.MaxDepth <= Math.Min(engine.BatchTokens, engine.BatchOutputs) / 2;

    public void Begin(int sequence, ReadOnlySpan<float> logits)
    {
        text = sequence;
        scores.Read(0, logits);
        likely.Expand(0);
        likely.Next(waiting);
    }

    public int Fill(SequenceBatch batch, int tokens, int outputs, int spare)
    {
        var count = 0;
        while (waiting.TryPeek(out var node) && engine.FreeSequences > spare)
        {
            var depth = labels[node].Depth;
            var alone = 0;
            for (var next = shape.GetOnlyInnerChild(node); next >= 0; next = shape.GetOnlyInnerChild(next))
            {
                alone++;
            }

            if (count + depth + alone > tokens || 1 + alone > outputs)
            {
                break;
            }

            waiting.Dequeue();
            var fork = engine.Allocate(repeats: true);
            engine.CopyPrefix(text, fork, engine.GetLength(text));
            taken.Add(fork);
            labels.CopyPath(node, path);
            for (var i = 0; i < depth - 1; i++)
            {
                batch.Add(fork, path[i], output: false);
            }

            for (; node >= 0; node = shape.GetOnlyInnerChild(node))
            {
                reading.Add((batch.Add(fork, labels[node].Token, output: true), node));
            }

            count += depth + alone;
            outputs -= 1 + alone;
            usedForks++;
        }

        usedCells += count;
        return count;
    }

    public void Read()
    {
        foreach (var (index, node) in reading)
        {
            scores.Read(node, engine.GetLogits(index));
            likely.Expand(node);
        }

        reading.Clear();
        GiveBack();
        if (waiting.Count == 0 && !likely.Next(waiting))
        {
            shape.Observe(usedCells, usedForks);
        }
    }

    public void Complete(Span<float> labelScores) => likely.Complete(labelScores);

    public void Release()
    {
        GiveBack();
        Forget();
    }

    public void Forget()
    {
        if (IsBeyondExpectation)
        {
            shape.Observe(usedCells, usedForks);
        }

        waiting.Clear();
        reading.Clear();
        taken.Clear();
        scores = new NodeScores(labels);
        likely = new LikelyNodes(scores, request.Tolerance, request.Temperature);
        text = -1;
        usedCells = 0;
        usedForks = 0;
    }

    private void GiveBack()
    {
        foreach (var fork in taken)
        {
            engine.Free(fork);
        }

        taken.Clear();
    }
}
