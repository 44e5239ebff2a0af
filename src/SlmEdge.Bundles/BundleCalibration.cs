namespace SlmEdge.Bundles;

/// <summary>What makes the scores mean what they say.</summary>
/// <param name="Temperature">The label log-probabilities are divided by this before they are normalised.</param>
public sealed record BundleCalibration(double Temperature = 1);
