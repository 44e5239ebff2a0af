namespace SlmEdge.Training.Packing;

/// <summary>
/// Several token sequences laid end to end without padding. Every linear layer sees <c>[tokens, hidden]</c>;
/// only attention looks at the sequences one by one, so that no token attends into a neighbour
/// (block-diagonal causal attention) and positions restart at zero.
/// </summary>
public sealed class PackedSequences
{
    /// <summary>Packs sequences in the given order.</summary>
    /// <param name="sequences">Token ids of each sequence; none may be empty.</param>
    /// <exception cref="TrainingException">There is no sequence, or one of them is empty.</exception>
    public PackedSequences(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0)
        {
            throw new TrainingException("A pack needs at least one sequence.");
        }

        Lengths = new int[sequences.Count];
        Offsets = new int[sequences.Count];
        var total = 0;
        for (var i = 0; i < sequences.Count; i++)
        {
            if (sequences[i].Length == 0)
            {
                throw new TrainingException($"Sequence {i} of the pack is empty.");
            }

            Lengths[i] = sequences[i].Length;
            Offsets[i] = total;
            total += sequences[i].Length;
            MaxLength = Math.Max(MaxLength, sequences[i].Length);
        }

        Tokens = new long[total];
        Positions = new long[total];
        for (var i = 0; i < sequences.Count; i++)
        {
            for (var t = 0; t < Lengths[i]; t++)
            {
                Tokens[Offsets[i] + t] = sequences[i][t];
                Positions[Offsets[i] + t] = t;
            }
        }
    }

    /// <summary>Token ids, <c>[tokens]</c>.</summary>
    public long[] Tokens { get; }

    /// <summary>Position of each token in its own sequence, <c>[tokens]</c>.</summary>
    public long[] Positions { get; }

    /// <summary>Length of each sequence, in tokens.</summary>
    public int[] Lengths { get; }

    /// <summary>Index of the first token of each sequence.</summary>
    public int[] Offsets { get; }

    /// <summary>Length of the longest sequence.</summary>
    public int MaxLength { get; }

    /// <summary>Number of sequences.</summary>
    public int SequenceCount => Lengths.Length;

    /// <summary>Number of tokens in all.</summary>
    public int TokenCount => Tokens.Length;

    /// <summary>True when every sequence has the same length, so that attention needs no gathering.</summary>
    public bool IsRectangular => (long)SequenceCount * MaxLength == TokenCount;
}
