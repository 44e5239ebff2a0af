using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling.Labels;

/// <summary>Evaluates the labels behind one text. All members are called by the loop.</summary>
internal interface ILabelWalk
{
    /// <summary>Tokens that could be evaluated now.</summary>
    int Waiting { get; }

    /// <summary>Cells that it may still take.</summary>
    int CellsToCome { get; }

    /// <summary>Sequences that it may still take.</summary>
    int SequencesToCome { get; }

    /// <summary>Begins behind a text.</summary>
    /// <param name="sequence">The text's sequence; it stays the caller's.</param>
    /// <param name="logits">The logits at the text's end.</param>
    void Begin(int sequence, ReadOnlySpan<float> logits);

    /// <inheritdoc cref="SequenceWork.Fill"/>
    int Fill(SequenceBatch batch, int tokens, int outputs, int spare);

    /// <summary>Takes the logits of its tokens in the batch that was evaluated.</summary>
    void Read();

    /// <summary>Writes all labels' log-probabilities, when nothing is waiting any more.</summary>
    void Complete(Span<float> labelScores);

    /// <summary>Gives the sequences back that it took.</summary>
    void Release();

    /// <summary>Forgets its sequences because the engine's memory was cleared, and all that it knows.</summary>
    void Forget();
}
