namespace SlmEdge.Tasks.Metrics;

/// <summary>The range in which a score would fall if other rows had been drawn from the same source.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Level">Share of draws that fall inside, for example 0.95.</param>
public sealed record ConfidenceInterval(double Low, double High, double Level);
