namespace SlmEdge.Bundles;

/// <summary>From which probability on a label belongs into the set of an answer, for one coverage.</summary>
/// <param name="Coverage">The share of texts whose true label the set holds, above 0 and below 1.</param>
/// <param name="Probability">A label of at least this calibrated probability is in the set; 0 takes every label.</param>
public sealed record ConformalThreshold(double Coverage, double Probability);
