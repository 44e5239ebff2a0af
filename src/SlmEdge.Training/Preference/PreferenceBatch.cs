using SlmEdge.Training.FineTuning;

namespace SlmEdge.Training.Preference;

/// <summary>A pack that holds both answers of each of its pairs, behind one copy of their prompt.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="Answers">Both answers of each pair, the chosen one first.</param>
/// <param name="Supervised">The pack of the answers in that order.</param>
internal sealed record PreferenceBatch(IReadOnlyList<PreferencePair> Pairs, IReadOnlyList<PreferenceAnswer> Answers, SupervisedBatch Supervised)
{
    /// <summary>Cuts pairs into packs of at most <paramref name="maxTokens"/> computed tokens (one pair may exceed it alone).</summary>
    public static IEnumerable<PreferenceBatch> Split(IEnumerable<PreferencePair> pairs, int maxTokens)
    {
        var current = new List<PreferencePair>();
        var tokens = 0;
        foreach (var pair in pairs)
        {
            if (current.Count > 0 && tokens + pair.ComputedTokens > maxTokens)
            {
                yield return Of(current);
                (current, tokens) = ([], 0);
            }

            current.Add(pair);
            tokens += pair.ComputedTokens;
        }

        if (current.Count > 0)
        {
            yield return Of(current);
        }
    }

    private static PreferenceBatch Of(IReadOnlyList<PreferencePair> pairs)
    {
        PreferenceAnswer[] answers = [.. pairs.SelectMany(p => new[] { p.Chosen, p.Rejected })];
        return new PreferenceBatch(pairs, answers, SupervisedBatch.Whole([.. answers.Select(a => a.Example)]));
    }
}
