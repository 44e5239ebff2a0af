using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Proof;

/// <summary>What a classifier without a language model gives on the same texts.</summary>
/// <param name="Name">For people.</param>
/// <param name="Report">Accuracy, macro-F1 and confusion.</param>
/// <param name="SizeBytes">Bytes of its weights.</param>
/// <param name="TextsPerSecond">Texts classified per second.</param>
public sealed record BaselineResult(string Name, ClassificationReport Report, long SizeBytes, double TextsPerSecond);
