namespace SlmEdge.Tasks.Metrics;

/// <summary>The decisions whose confidence falls in one range.</summary>
/// <param name="Rows">How many there are.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Accuracy">The share of them that is right.</param>
public sealed record ReliabilityBin(int Rows, double Confidence, double Accuracy);
