namespace SlmEdge.Training.Packing;

/// <summary>
/// Several token sequences laid end to end without padding. Every linear layer sees <c>[tokens, hidden]</c>;
/// only attention looks at the sequences one by one, so that no token attends into a neighbour
/// (block-diagonal causal attention) and positions restart at zero. Sequences that begin alike can stand behind one copy of
/// what they share: the copy is computed once, each sequence attends to it and to itself, and positions go on from its end.
/// </summary>
public sealed class PackedSequences
{
    private readonly int[] _prefixRow;
    private readonly int[] _prefixLength;
    private readonly int[] _ownRow;

    /// <summary>Packs sequences in the given order, each by itself.</summary>
    /// <param name="sequences">Token ids of each sequence; none may be empty.</param>
    /// <exception cref="TrainingException">There is no sequence, or one of them is empty.</exception>
    public PackedSequences(IReadOnlyList<int[]> sequences)
        : this(sequences, [.. Enumerable.Range(0, sequences?.Count ?? 0).Select(PrefixGroup.Single)])
    {
    }

    /// <summary>Packs sequences group by group; within a group, behind its prefix, the shorter ones first.</summary>
    internal PackedSequences(IReadOnlyList<int[]> sequences, IReadOnlyList<PrefixGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0)
        {
            throw new TrainingException("A pack needs at least one sequence.");
        }

        Lengths = new int[sequences.Count];
        for (var i = 0; i < sequences.Count; i++)
        {
            Lengths[i] = sequences[i].Length > 0 ? sequences[i].Length : throw new TrainingException($"Sequence {i} of the pack is empty.");
            MaxLength = Math.Max(MaxLength, Lengths[i]);
        }

        (_prefixRow, _prefixLength, _ownRow) = (new int[sequences.Count], new int[sequences.Count], new int[sequences.Count]);
        var total = groups.Sum(g => g.PrefixLength + g.Members.Sum(m => Lengths[m] - g.PrefixLength));
        Tokens = new long[total];
        Positions = new long[total];
        var segments = new List<PackSegment>();
        var next = 0;
        foreach (var group in groups)
        {
            var prefix = next;
            if (group.PrefixLength > 0)
            {
                Lay(sequences[group.Members[0]], 0, group.PrefixLength, new PackSegment(next, group.PrefixLength, 0, 0));
            }

            // Neighbours of one length need no gathering in attention.
            foreach (var member in group.Members.OrderBy(m => Lengths[m]))
            {
                (_prefixRow[member], _prefixLength[member], _ownRow[member]) = (prefix, group.PrefixLength, next);
                var own = Lengths[member] - group.PrefixLength;
                if (own > 0)
                {
                    Lay(sequences[member], group.PrefixLength, own, new PackSegment(next, own, prefix, group.PrefixLength));
                }
            }
        }

        Segments = segments;

        void Lay(int[] sequence, int from, int count, PackSegment segment)
        {
            for (var t = 0; t < count; t++)
            {
                Tokens[next] = sequence[from + t];
                Positions[next++] = from + t;
            }

            segments.Add(segment);
        }
    }

    /// <summary>Token ids, <c>[tokens]</c>.</summary>
    public long[] Tokens { get; }

    /// <summary>Position of each token in its own sequence, <c>[tokens]</c>.</summary>
    public long[] Positions { get; }

    /// <summary>Length of each sequence in tokens, a shared prefix included.</summary>
    public int[] Lengths { get; }

    /// <summary>Length of the longest sequence.</summary>
    public int MaxLength { get; }

    /// <summary>Number of sequences.</summary>
    public int SequenceCount => Lengths.Length;

    /// <summary>Number of tokens that are computed: those of all sequences, a shared prefix counted once.</summary>
    public int TokenCount => Tokens.Length;

    /// <summary>The rows that attention treats alike, in order.</summary>
    internal IReadOnlyList<PackSegment> Segments { get; }

    /// <summary>Packs sequences behind one copy of what they share at their beginning, where that saves enough.</summary>
    /// <param name="sequences">Token ids of each sequence; none may be empty.</param>
    /// <exception cref="TrainingException">There is no sequence, or one of them is empty.</exception>
    public static PackedSequences WithSharedPrefixes(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return new PackedSequences(sequences, SharedPrefixes.Find(sequences));
    }

    /// <summary>The row of the pack that holds a token of a sequence; sequences behind a shared prefix have its rows in common.</summary>
    /// <param name="sequence">Index of the sequence, in the order given.</param>
    /// <param name="position">Position in the sequence.</param>
    public int RowOf(int sequence, int position) => position < _prefixLength[sequence]
        ? _prefixRow[sequence] + position
        : _ownRow[sequence] + position - _prefixLength[sequence];
}
