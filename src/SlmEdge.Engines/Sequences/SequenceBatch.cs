namespace SlmEdge.Engines.Sequences;

/// <summary>The tokens of one evaluation, each with its sequence. Made once and reused.</summary>
public sealed class SequenceBatch
{
    private readonly int[] sequences;
    private readonly int[] tokens;
    private readonly bool[] outputs;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="capacity">Tokens at most.</param>
    public SequenceBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        sequences = new int[capacity];
        tokens = new int[capacity];
        outputs = new bool[capacity];
    }

    /// <summary>Tokens at most.</summary>
    public int Capacity => tokens.Length;

    /// <summary>Tokens so far.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens whose logits are wanted.</summary>
    public int OutputCount { get; private set; }

    /// <summary>Names the adapter that computes the whole batch (<see cref="ISequenceEngine.LoadAdapter"/>); null is the model as it was opened.</summary>
    public string? AdapterKey { get; set; }

    /// <summary>The sequence of each token.</summary>
    public ReadOnlySpan<int> Sequences => sequences.AsSpan(0, Count);

    /// <summary>The tokens.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>Which tokens' logits are wanted.</summary>
    public ReadOnlySpan<bool> Outputs => outputs.AsSpan(0, Count);

    /// <summary>Adds a token at the end of a sequence.</summary>
    /// <returns>The token's place in the batch, which its logits are asked for with.</returns>
    public int Add(int sequence, int token, bool output)
    {
        var index = Count;
        sequences[index] = sequence;
        tokens[index] = token;
        outputs[index] = output;
        Count = index + 1;
        OutputCount += output ? 1 : 0;
        return index;
    }

    /// <summary>Adds tokens at the end of a sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="added">The tokens; not empty.</param>
    /// <param name="outputLast">Whether the last one's logits are wanted.</param>
    /// <returns>The last token's place in the batch.</returns>
    public int Add(int sequence, ReadOnlySpan<int> added, bool outputLast)
    {
        added.CopyTo(tokens.AsSpan(Count));
        sequences.AsSpan(Count, added.Length).Fill(sequence);
        outputs.AsSpan(Count, added.Length).Clear();
        Count += added.Length;
        if (outputLast)
        {
            outputs[Count - 1] = true;
            OutputCount++;
        }

        return Count - 1;
    }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        Count = 0;
        OutputCount = 0;
        AdapterKey = null;
    }
}
