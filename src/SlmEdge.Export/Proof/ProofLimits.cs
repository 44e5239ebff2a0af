using System.Globalization;

namespace SlmEdge.Export.Proof;

/// <summary>What an export may lose.</summary>
/// <param name="MaxLossPoints">Accuracy points that a shipped file may lie below the reference.</param>
/// <param name="ToleranceOfBest">Accuracy points within which a faster file is recommended over the most accurate one.</param>
public sealed record ProofLimits(double MaxLossPoints = 3, double ToleranceOfBest = 0.5)
{
    /// <summary>A loss of exactly the limit must not be refused because 0.90 − 0.87 is not 0.03 in binary.</summary>
    private const double Rounding = 1e-9;

    /// <summary>
    /// What breaks the limits: a merged model in single precision that changes any decision that was not a numerical tie
    /// (it computes the same function), and a shipped file that loses more than <see cref="MaxLossPoints"/>.
    /// </summary>
    public IReadOnlyList<string> Violations(IReadOnlyList<StageResult> stages, StageResult reference)
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(reference);
        var violations = new List<string>();
        foreach (StageResult stage in stages)
        {
            if (stage.Definition.Stage == StageNames.Merged && stage.ClearlyChangedDecisions is > 0)
            {
                violations.Add(string.Create(CultureInfo.InvariantCulture,
                    $"the merged model changes {stage.ClearlyChangedDecisions} decisions that were no numerical tie; base and adapter do not belong together, or the merge is wrong"));
            }

            double loss = 100 * (reference.Report.Accuracy - stage.Report.Accuracy);
            if (stage.Definition.File is not null && loss > MaxLossPoints + Rounding)
            {
                violations.Add(string.Create(CultureInfo.InvariantCulture,
                    $"'{stage.Definition.Stage}' loses {loss:F1} points of accuracy (limit {MaxLossPoints:F1})"));
            }
        }

        return violations;
    }

    /// <summary>The shipped stage to recommend: of those within <see cref="ToleranceOfBest"/> points of the most accurate, the fastest.</summary>
    public StageResult? Recommend(IReadOnlyList<StageResult> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        StageResult[] shipped = [.. stages.Where(stage => stage.Definition.File is not null)];
        if (shipped.Length == 0)
        {
            return null;
        }

        double best = shipped.Max(stage => stage.Report.Accuracy);
        return shipped.Where(stage => 100 * (best - stage.Report.Accuracy) <= ToleranceOfBest + Rounding).MaxBy(stage => stage.TextsPerSecond);
    }
}
