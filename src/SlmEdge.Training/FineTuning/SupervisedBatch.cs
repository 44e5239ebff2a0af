using SlmEdge.Training.Packing;

namespace SlmEdge.Training.FineTuning;

/// <summary>A pack of examples with the positions that are supervised and their targets.</summary>
internal sealed class SupervisedBatch
{
    private SupervisedBatch(IReadOnlyList<SupervisedExample> examples, IReadOnlyList<PrefixGroup> groups)
    {
        Examples = examples;
        Pack = new PackedSequences([.. examples.Select(e => e.Tokens)], groups);
        var count = examples.Sum(e => e.Targets.Length);
        Positions = new long[count];
        Targets = new long[count];
        var next = 0;
        for (var i = 0; i < examples.Count; i++)
        {
            var example = examples[i];
            for (var a = 0; a < example.Targets.Length; a++)
            {
                // A row in a shared prefix is listed once for every example that is supervised there, and so counts as often.
                Positions[next] = Pack.RowOf(i, example.Positions[a]);
                Targets[next++] = example.Targets[a];
            }
        }
    }

    public IReadOnlyList<SupervisedExample> Examples { get; }

    public PackedSequences Pack { get; }

    /// <summary>Rows of the pack at which a token is predicted.</summary>
    public long[] Positions { get; }

    /// <summary>The token to predict at each of <see cref="Positions"/>.</summary>
    public long[] Targets { get; }

    /// <summary>One pack of all the examples.</summary>
    public static SupervisedBatch Whole(IReadOnlyList<SupervisedExample> examples) =>
        new(examples, SharedPrefixes.Find([.. examples.Select(e => e.Tokens)]));

    /// <summary>
    /// Cuts a list of examples into packs of at most <paramref name="maxTokens"/> computed tokens (one example may exceed it alone).
    /// Examples that begin alike stand behind one copy of what they share; each pack that holds some of them has a copy.
    /// </summary>
    public static IEnumerable<SupervisedBatch> Split(IEnumerable<SupervisedExample> examples, int maxTokens)
    {
        var all = examples.ToArray();
        var current = new List<SupervisedExample>();
        var groups = new List<PrefixGroup>();
        var tokens = 0;
        foreach (var group in SharedPrefixes.Find([.. all.Select(e => e.Tokens)]))
        {
            var members = new List<int>();
            foreach (var member in group.Members)
            {
                var own = all[member].Tokens.Length - group.PrefixLength;
                var added = members.Count == 0 ? group.PrefixLength + own : own;
                if (current.Count > 0 && tokens + added > maxTokens)
                {
                    Close();
                    yield return new SupervisedBatch(current, groups);
                    (current, groups, members, tokens) = ([], [], [], 0);
                    added = group.PrefixLength + own;
                }

                members.Add(current.Count);
                current.Add(all[member]);
                tokens += added;
            }

            Close();

            void Close()
            {
                if (members.Count > 0)
                {
                    groups.Add(new PrefixGroup(members.Count > 1 ? group.PrefixLength : 0, [.. members]));
                }
            }
        }

        if (current.Count > 0)
        {
            yield return new SupervisedBatch(current, groups);
        }
    }
}
