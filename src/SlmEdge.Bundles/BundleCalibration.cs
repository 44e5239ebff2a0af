namespace SlmEdge.Bundles;

/// <summary>What makes the scores mean what they say.</summary>
/// <param name="Temperature">The label log-probabilities are divided by this before they are normalised.</param>
public sealed record BundleCalibration(double Temperature = 1)
{
    /// <summary>From which probability on a label is one of a text's several, found on validation rows; null where texts have one label, or the task says it.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>Thresholds of label sets with a stated coverage, by rising coverage; empty when there were no rows to find them on.</summary>
    public IReadOnlyList<ConformalThreshold> Conformal { get; init => field = value ?? []; } = [];
}
