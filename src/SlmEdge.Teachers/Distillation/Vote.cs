namespace SlmEdge.Teachers.Distillation;

/// <summary>What most of several answers say.</summary>
/// <param name="Winner">The first answer that says it.</param>
/// <param name="Agreement">Share of all answers that say it, the unusable ones counted as disagreeing.</param>
internal sealed record Vote(ReasonedAnswer Winner, double Agreement)
{
    /// <summary>Counts the votes; null when there is no answer or two sayings have equally many.</summary>
    /// <param name="answers">The answers that can be used.</param>
    /// <param name="total">How many were asked for.</param>
    public static Vote? Count(IReadOnlyList<ReasonedAnswer> answers, int total)
    {
        var sayings = answers.GroupBy(answer => Tasks.Data.TrainTestOverlap.Fold(answer.Answer), StringComparer.Ordinal).OrderByDescending(group => group.Count()).ToArray();
        return sayings.Length == 0 || (sayings.Length > 1 && sayings[0].Count() == sayings[1].Count())
            ? null
            : new Vote(sayings[0].First(), (double)sayings[0].Count() / total);
    }
}
