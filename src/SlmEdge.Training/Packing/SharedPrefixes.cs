namespace SlmEdge.Training.Packing;

/// <summary>Finds which sequences of a set are worth packing behind a common prefix.</summary>
internal static class SharedPrefixes
{
    /// <summary>A group costs some matrix products of its own; below this many tokens saved it is not worth them.</summary>
    private const int LeastSaving = 32;

    /// <summary>Keeps the search linear in the number of sequences; a larger group would hardly save more.</summary>
    private const int MostMembers = 1024;

    /// <summary>
    /// The partition into groups that saves the most tokens. In the sequences' lexicographic order a group is a run, and what it
    /// shares is the least of its neighbours' common prefixes, so a dynamic program over the runs finds it.
    /// </summary>
    /// <param name="sequences">Token ids.</param>
    /// <returns>Every sequence in one group; groups and their members in the order of their first sequence.</returns>
    public static IReadOnlyList<PrefixGroup> Find(IReadOnlyList<int[]> sequences)
    {
        var order = Enumerable.Range(0, sequences.Count).ToArray();
        Array.Sort(order, (a, b) => sequences[a].AsSpan().SequenceCompareTo(sequences[b]) is var c and not 0 ? c : a.CompareTo(b));
        var common = new int[order.Length];
        for (var i = 1; i < order.Length; i++)
        {
            common[i] = sequences[order[i - 1]].AsSpan().CommonPrefixLength(sequences[order[i]]);
        }

        // best[j]: most tokens saved among the first j; start[j]: where the last group of that solution begins.
        var best = new long[order.Length + 1];
        var start = new int[order.Length + 1];
        for (var end = 1; end <= order.Length; end++)
        {
            (best[end], start[end]) = (best[end - 1], end - 1);
            var shared = int.MaxValue;
            for (var first = end - 2; first >= Math.Max(0, end - MostMembers); first--)
            {
                shared = Math.Min(shared, common[first + 1]);
                if (shared == 0)
                {
                    break;
                }

                var saved = best[first] + ((long)(end - first - 1) * shared) - LeastSaving;
                if (saved > best[end])
                {
                    (best[end], start[end]) = (saved, first);
                }
            }
        }

        var groups = new List<PrefixGroup>();
        for (var end = order.Length; end > 0; end = start[end])
        {
            var members = order[start[end]..end];
            var length = members.Length == 1 ? 0 : common[(start[end] + 1)..end].Min();
            Array.Sort(members);
            groups.Add(new PrefixGroup(length, members));
        }

        groups.Sort((a, b) => a.Members[0].CompareTo(b.Members[0]));
        return groups;
    }
}
