using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Evaluates the tokens of a prefix that others wait for.</summary>
internal sealed class PrefixWork(ISequenceEngine engine, PrefixEntry entry) : SequenceWork
{
    private bool added;

    public PrefixEntry Entry => entry;

    /// <summary>What kept it from being evaluated.</summary>
    public Exception? Error { get; private set; }

    public override RequestPriority Priority => RequestPriority.High;

    public override AdapterSlot Adapter => entry.Adapter;

    public override int Waiting => entry.Tokens.Length - engine.GetLength(entry.Sequence);

    public override bool IsReading => true;

    public override bool IsFinished => entry.IsReady || Error is not null;

    public override int CellsToCome => Waiting;

    public override int SequencesToCome => 0;

    public override int Fill(SequenceBatch batch, int tokens, int outputs, int spare)
    {
        var done = engine.GetLength(entry.Sequence);
        var count = Math.Min(tokens, entry.Tokens.Length - done);
        batch.Add(entry.Sequence, entry.Tokens.AsSpan(done, count), outputLast: false);
        added = true;
        return count;
    }

    public override void Read(int together)
    {
        if (added)
        {
            added = false;
            entry.IsReady = Waiting == 0;
        }
    }

    public override void Fail(Exception error) => Error = error;

    public override void Release()
    {
    }

    public override void Forget()
    {
    }
}
