using SlmEdge.Bundles;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Classification;

/// <summary>How probabilities become an answer: of the task, the bundle's calibration and what the caller set.</summary>
/// <param name="Temperature">Divides the label log-probabilities before they are normalised.</param>
/// <param name="AbstainBelow">Probability of the best label below which there is no answer.</param>
/// <param name="LabelThreshold">Probability from which on a label is one of several; null for one label a text.</param>
/// <param name="LabelSet">The coverage of label sets and its threshold; null for none.</param>
internal sealed record DecisionRules(double Temperature, double AbstainBelow, double? LabelThreshold, ConformalThreshold? LabelSet)
{
    /// <summary>How exact the probabilities have to be; see <see cref="RuntimeOptions.LabelTolerance"/>.</summary>
    public double Tolerance { get; init; }

    /// <exception cref="RuntimeException">A coverage is asked for that the bundle has no threshold for.</exception>
    public static DecisionRules Create(BundleManifest manifest, RuntimeOptions options) => new(
        manifest.Calibration.Temperature,
        options.AbstainBelow ?? manifest.Task.Decision.AbstainBelow,
        options.LabelThreshold ?? manifest.Task.Decision.LabelThreshold ?? manifest.Calibration.LabelThreshold,
        FindThreshold(manifest, options.Coverage ?? manifest.Task.Decision.Coverage)) { Tolerance = options.LabelTolerance };

    private static ConformalThreshold? FindThreshold(BundleManifest manifest, double? coverage)
    {
        if (coverage is not { } wanted)
        {
            return null;
        }

        var calibrated = manifest.Calibration.Conformal;
        return calibrated.FirstOrDefault(threshold => Math.Abs(threshold.Coverage - wanted) < 1e-9)
            ?? throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} has no label sets with coverage {wanted}; it has {(calibrated.Count == 0 ? "none" : string.Join(", ", calibrated.Select(threshold => threshold.Coverage)))}. " +
                "Ask for one of those, or build the bundle again with validation rows and that coverage in the task.");
    }
}
