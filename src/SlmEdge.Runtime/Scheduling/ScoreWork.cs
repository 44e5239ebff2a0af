using System.Diagnostics;
using SlmEdge.Engines.Sequences;
using SlmEdge.Runtime.Scheduling.Labels;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Scores the labels of one text: the text behind its prefix, then what of the labels' trie has to be evaluated behind the text.</summary>
internal sealed class ScoreWork : SequenceWork
{
    private readonly ISequenceEngine engine;
    private readonly ScoreRequest request;
    private readonly int[] nodesLeft;
    private readonly long started = Stopwatch.GetTimestamp();
    private ILabelWalk walk;
    private int[] tokens;
    private PrefixEntry? prefix;
    private int sequence = -1;
    private int evaluated;
    private int lastIndex = -1;
    private int most;
    private int restarts;
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
        walk = request.Tolerance > 0 && !request.Labels.SingleToken && LikelyLabels.CanWalk(engine, request.Labels)
            ? new LikelyLabels(engine, request)
            : new EveryLabel(engine, request, nodesLeft);
        tokens = request.Tokens;
    }

    public ScoreRequest Request => request;

    public PrefixEntry? Prefix => prefix;

    /// <summary>Whether the labels have more nodes than the memory has room for; see <see cref="EveryLabel.IsStack"/>.</summary>
    public bool IsStack => walk is EveryLabel { IsStack: true };

    /// <summary>Whether it only reserves what its labels are expected to take, and can begin again with room for all of them.</summary>
    public bool CanBeginAgain => walk is LikelyLabels && engine.SharesCells;

    public override RequestPriority Priority => request.Priority;

    public override AdapterSlot Adapter { get; }

    public override int Waiting => prefix is { IsReady: false } ? 0 : textRead ? walk.Waiting : tokens.Length - evaluated;

    public override bool IsReading => !textRead;

    public override bool IsFinished => request.IsFinished;

    public override int CellsToCome => tokens.Length - evaluated + walk.CellsToCome;

    public override int SequencesToCome => walk.SequencesToCome;

    /// <summary>Tokens to read, and those of the labels where all of them are evaluated.</summary>
    /// <param name="whole">Whether the prefix is read with the text.</param>
    public int TokensToRead(bool whole) =>
        request.Tokens.Length + (whole ? request.Prefix.Length : 0) + (walk is EveryLabel ? walk.CellsToCome : 0);

    /// <summary>Cells that have to be free for it to start.</summary>
    /// <param name="whole">Whether the prefix is read with the text.</param>
    public int CellsToStart(bool whole) => request.Tokens.Length + (whole ? request.Prefix.Length : 0) + walk.CellsToCome;

    /// <summary>Takes a sequence.</summary>
    /// <param name="entry">The prefix, ready or not; null evaluates prefix and text as one.</param>
    /// <param name="asStack">Whether there is not room for all nodes of the labels.</param>
    public void Start(PrefixEntry? entry, bool asStack)
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

        if (walk is EveryLabel every)
        {
            every.IsStack = asStack;
        }

        sequence = engine.Allocate(repeats: true);
    }

    public override int Fill(SequenceBatch batch, int tokens, int outputs, int spare) =>
        textRead ? walk.Fill(batch, tokens, outputs, spare) : FillText(batch, tokens, outputs);

    public override void Read(int together)
    {
        most = Math.Max(most, together);
        if (textRead)
        {
            walk.Read();
        }
        else if (lastIndex >= 0)
        {
            walk.Begin(sequence, engine.GetLogits(lastIndex));
            lastIndex = -1;
            textRead = true;
        }

        if (textRead && walk.Waiting == 0)
        {
            var now = Stopwatch.GetTimestamp();
            var scores = new float[request.Labels.LabelCount];
            walk.Complete(scores);
            request.Complete(new ScoreResult(scores, Stopwatch.GetElapsedTime(request.CreatedAt, started), Stopwatch.GetElapsedTime(started, now), most));
        }
    }

    public override void Fail(Exception error) => request.Fail(error);

    public override void Release()
    {
        walk.Release();
        if (sequence >= 0)
        {
            engine.Free(sequence);
        }

        Forget();
    }

    /// <summary>Gives everything back to begin again; one whose labels took more than expected does so with room for every label.</summary>
    public void BeginAgain()
    {
        var every = ++restarts > 1 || walk is LikelyLabels { IsBeyondExpectation: true };
        Release();
        if (every)
        {
            walk = new EveryLabel(engine, request, nodesLeft);
        }
    }

    public override void Forget()
    {
        if (prefix is not null)
        {
            prefix.Users--;
            prefix = null;
        }

        walk.Forget();
        sequence = -1;
        evaluated = 0;
        lastIndex = -1;
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
            lastIndex = last ? index : -1;
        }

        return count;
    }
}
