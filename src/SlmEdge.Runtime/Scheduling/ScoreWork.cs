using System.Diagnostics;
using SlmEdge.Engines.Scoring;
using SlmEdge.Engines.Sequences;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// Scores the labels of one text: the text behind its prefix, then the inner nodes of the labels' trie, the deepest first, each on a
/// sequence that goes on from its parent's. The last child of a node takes over its sequence.
/// </summary>
internal sealed class ScoreWork : SequenceWork
{
    private readonly ISequenceEngine engine;
    private readonly ScoreRequest request;
    private readonly int[] nodesLeft;
    private readonly LabelTrie labels;
    private readonly LabelShape shape;
    private readonly double[] nodeScores;
    private readonly float[] scores;
    private readonly List<(int Node, int Sequence)> pending = [];
    private readonly List<(int Index, int Node, int Sequence)> reading = [];
    private readonly long started = Stopwatch.GetTimestamp();
    private int[] tokens;
    private PrefixEntry? prefix;
    private int sequence = -1;
    private int evaluated;
    private int evaluatedNodes;
    private int most;
    private bool textRead;

    /// <param name="engine">The engine.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="adapter">What computes it.</param>
    /// <param name="nodesLeft">For each sequence of the engine the nodes that go on from it; the works of a loop share it.</param>
    public ScoreWork(ISequenceEngine engine, ScoreRequest request, AdapterSlot adapter, int[] nodesLeft)
    {
        Adapter = adapter;
        this.engine = engine;
        this.request = request;
        this.nodesLeft = nodesLeft;
        labels = request.Labels;
        shape = LabelShape.Of(labels);
        nodeScores = new double[labels.NodeCount];
        scores = new float[labels.LabelCount];
        tokens = request.Tokens;
    }

    public ScoreRequest Request => request;

    public PrefixEntry? Prefix => prefix;

    /// <summary>
    /// Whether the labels have more nodes than the memory has room for: then only nodes that nothing goes on from are evaluated together, and
    /// what is freed was evaluated last.
    /// </summary>
    public bool IsStack { get; set; }

    public override RequestPriority Priority => request.Priority;

    public override AdapterSlot Adapter { get; }

    public override int Waiting => prefix is { IsReady: false } ? 0 : textRead ? pending.Count : tokens.Length - evaluated;

    public override bool IsReading => !textRead;

    public override bool IsFinished => request.IsFinished;

    public override int CellsToCome => tokens.Length - evaluated + shape.InnerNodes - evaluatedNodes;

    public override int SequencesToCome => labels.SingleToken ? 0 : engine.IsRepeatable ? shape.Forks : labels.MaxDepth;

    public static int CellsOf(ScoreRequest request, bool whole) =>
        request.Tokens.Length + (whole ? request.Prefix.Length : 0) + LabelShape.Of(request.Labels).InnerNodes;

    public static int SequencesOf(ScoreRequest request, ISequenceEngine engine) =>
        1 + (request.Labels.SingleToken ? 0 : engine.IsRepeatable ? LabelShape.Of(request.Labels).Forks : request.Labels.MaxDepth);

    /// <summary>Takes a sequence.</summary>
    /// <param name="entry">The prefix, ready or not; null evaluates prefix and text as one.</param>
    public void Start(PrefixEntry? entry)
    {
        prefix = entry;
        if (entry is null)
        {
            tokens = [.. request.Prefix, .. request.Tokens];
        }
        else
        {
            tokens = request.Tokens;
            entry.Users++;
        }

        sequence = engine.Allocate(repeats: true);
    }

    public override int Fill(SequenceBatch batch, int tokens, int outputs, int spare) =>
        textRead ? FillLabels(batch, Math.Min(tokens, outputs), spare) : FillText(batch, tokens, outputs);

    public override void Read(int together)
    {
        most = Math.Max(most, together);
        if (reading.Count == 0)
        {
            return;
        }

        foreach (var (index, node, at) in reading)
        {
            ReadChildren(index, node, at);
        }

        reading.Clear();
        textRead = true;
        if (pending.Count == 0)
        {
            var now = Stopwatch.GetTimestamp();
            request.Complete(new ScoreResult(scores, Stopwatch.GetElapsedTime(request.CreatedAt, started), Stopwatch.GetElapsedTime(started, now), most));
        }
    }

    public override void Fail(Exception error) => request.Fail(error);

    public override void Release()
    {
        // A sequence stands in the list once for each node that goes on from it.
        foreach (var (_, at) in pending)
        {
            if (at != sequence && --nodesLeft[at] == 0)
            {
                engine.Free(at);
            }
        }

        if (sequence >= 0)
        {
            engine.Free(sequence);
        }

        Forget();
    }

    public override void Forget()
    {
        if (prefix is not null)
        {
            prefix.Users--;
            prefix = null;
        }

        pending.Clear();
        reading.Clear();
        sequence = -1;
        evaluated = 0;
        evaluatedNodes = 0;
        textRead = false;
    }

    private int FillText(SequenceBatch batch, int limit, int outputs)
    {
        if (evaluated == 0 && prefix is not null && engine.GetLength(sequence) == 0)
        {
            engine.CopyPrefix(prefix.Sequence, sequence, prefix.Tokens.Length);
        }

        var count = Math.Min(limit, tokens.Length - evaluated);
        var last = evaluated + count == tokens.Length;
        if (last && outputs == 0)
        {
            count--;
            last = false;
        }

        if (count > 0)
        {
            var index = batch.Add(sequence, tokens.AsSpan(evaluated, count), last);
            evaluated += count;
            if (last)
            {
                reading.Add((index, 0, sequence));
            }
        }

        return count;
    }

    private int FillLabels(SequenceBatch batch, int limit, int spare)
    {
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
            evaluatedNodes++;
            count++;
            if (IsStack && !ends)
            {
                break;
            }
        }

        return count;
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

    // The children's scores from the logits at their parent; where a label ends, its score.
    private void ReadChildren(int index, int node, int at)
    {
        var logits = engine.GetLogits(index);
        var offset = nodeScores[node] - LogSoftmax.LogSumExp(logits);
        var child = labels[node].FirstChild;
        var inner = 0;
        foreach (var next in labels.GetChildren(node))
        {
            var score = offset + logits[next.Token];
            nodeScores[child] = score;
            if (next.Label >= 0)
            {
                scores[next.Label] = (float)score;
            }

            if (next.ChildCount > 0)
            {
                pending.Add((child, at));
                inner++;
            }

            child++;
        }

        nodesLeft[at] = inner;
        if (inner == 0 && at != sequence)
        {
            engine.Free(at);
        }
    }
}
