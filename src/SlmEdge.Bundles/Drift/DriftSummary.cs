namespace SlmEdge.Bundles.Drift;

/// <summary>How the recent texts compare with the reference.</summary>
/// <param name="Texts">Texts since the monitor began.</param>
/// <param name="InWindow">Texts in the window: until it is full nothing is compared.</param>
/// <param name="Readings">Every statistic at the last comparison; empty before the first.</param>
/// <param name="Accuracy">The estimate for the texts in the window; <see langword="null"/> without texts.</param>
/// <param name="Labels">Decisions in the window by label, in the order of the task.</param>
/// <param name="Confidence">Texts in the window by tenths of confidence.</param>
public sealed record DriftSummary(
    long Texts, int InWindow, IReadOnlyList<DriftReading> Readings, DriftAccuracy? Accuracy, IReadOnlyList<int> Labels, IReadOnlyList<int> Confidence);
