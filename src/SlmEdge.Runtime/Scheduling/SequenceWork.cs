using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Something under way in the engine. All members are called by the loop.</summary>
internal abstract class SequenceWork
{
    public abstract RequestPriority Priority { get; }

    /// <summary>What computes its tokens; an evaluation has those of one adapter.</summary>
    public abstract AdapterSlot Adapter { get; }

    /// <summary>Tokens that could be evaluated now.</summary>
    public abstract int Waiting { get; }

    /// <summary>Whether those are a stretch of text, not single tokens behind what is evaluated.</summary>
    public abstract bool IsReading { get; }

    /// <summary>Whether it has its answer, or nobody waits for it any more.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Cells that it may still take.</summary>
    public abstract int CellsToCome { get; }

    /// <summary>Sequences that it may still take.</summary>
    public abstract int SequencesToCome { get; }

    /// <summary>Adds tokens to the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="tokens">Tokens at most.</param>
    /// <param name="outputs">Outputs at most.</param>
    /// <param name="spare">Sequences that it must leave free.</param>
    /// <returns>How many were added.</returns>
    public abstract int Fill(SequenceBatch batch, int tokens, int outputs, int spare);

    /// <summary>Takes the logits of its tokens in the batch that was evaluated.</summary>
    /// <param name="together">Works that had tokens in it.</param>
    public abstract void Read(int together);

    /// <summary>Answers with an error.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Gives its sequences back, or leaves them to the cache.</summary>
    public abstract void Release();

    /// <summary>Forgets its sequences because the engine's memory was cleared; it will be started again.</summary>
    public abstract void Forget();
}
