using SlmEdge.Bundles;
using SlmEdge.Runtime.Classification;

namespace SlmEdge.Runtime.Golden;

/// <summary>What this device makes of one golden example of the bundle.</summary>
/// <param name="Example">The example, with the label and probability it had when the bundle was made.</param>
/// <param name="Decision">The decision here.</param>
/// <param name="Probability">The probability that the example's label has here.</param>
/// <param name="Passed">Whether the label is the best one here too and its probability is within the tolerance.</param>
public sealed record GoldenResult(GoldenExample Example, Decision Decision, double Probability, bool Passed);
