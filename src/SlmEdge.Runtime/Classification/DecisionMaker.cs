using System.Globalization;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Runtime.Classification;

/// <summary>From the label scores of a text to the answer: calibration, order, abstention, several labels, label set, groups.</summary>
internal sealed class DecisionMaker(TaskDefinition task, DecisionRules rules, ClassifierIdentity identity)
{
    private readonly LabelGroups groups = new(task);

    public DecisionRules Rules => rules;

    /// <exception cref="RuntimeException">The scores are no numbers.</exception>
    public Decision Decide(string text, int[] tokens, bool truncated, ScoreResult result)
    {
        var logProbs = result.LogProbs;
        try
        {
            LabelScores.ApplyTemperature(logProbs, rules.Temperature);
        }
        catch (ArgumentException error)
        {
            throw new RuntimeException(
                $"The model gave no usable score ({error.Message}). The model file or the engine is broken; check it with 'slm-edge bundle verify' and 'slm-edge doctor'.",
                error);
        }

        var (scores, first) = Rank(logProbs);
        var best = scores[0];
        var labels = rules.LabelThreshold is { } threshold ? scores.TakeWhile(score => score.Probability >= threshold).ToArray() : null;
        var abstains = labels is null ? best.Probability < rules.AbstainBelow : labels.Length == 0;
        return new Decision
        {
            Text = text,
            Label = abstains ? null : best.Label,
            Confidence = best.Probability,
            Scores = scores,
            Labels = labels,
            LabelSet = rules.LabelSet is { } set ? Set(scores, set.Probability) : null,
            Coverage = rules.LabelSet?.Coverage,
            Groups = groups.IsEmpty ? [] : abstains ? groups.Descend(rules.AbstainBelow, logProbs) : groups.Of(first, logProbs),
            AbstentionReason = abstains ? Reason(best) : null,
            Truncated = truncated,
            BundleName = identity.BundleName,
            BundleVersion = identity.BundleVersion,
            Adapter = identity.Adapter,
            Engine = identity.Engine,
            PromptSha256 = identity.PromptSha256,
            Tokens = tokens,
            Timings = new DecisionTimings(result.Queued, result.Evaluated, result.BatchTexts, tokens.Length),
        };
    }

    // Ties keep the order of the task, so that equal scores always give the same label.
    private (LabelScore[] Scores, int First) Rank(float[] logProbs)
    {
        var order = new int[logProbs.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => logProbs[b].CompareTo(logProbs[a]) is var byScore and not 0 ? byScore : a.CompareTo(b));
        return ([.. order.Select(label => new LabelScore(task.Labels[label].Name, Math.Exp(logProbs[label])))], order[0]);
    }

    // The likeliest label is in every set: an empty set would say nothing, and the coverage can only gain by it.
    private static string[] Set(LabelScore[] scores, double threshold) =>
        [.. scores.Where((score, rank) => rank == 0 || ConformalPrediction.Includes(score.Probability, threshold)).Select(score => score.Label)];

    private string Reason(LabelScore best) => string.Create(
        CultureInfo.InvariantCulture,
        $"the best label '{best.Label}' has probability {best.Probability:0.000}, below the threshold {rules.LabelThreshold ?? rules.AbstainBelow:0.000}");
}
