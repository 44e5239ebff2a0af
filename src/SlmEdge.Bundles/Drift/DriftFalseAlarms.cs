namespace SlmEdge.Bundles.Drift;

/// <summary>How often texts like those of the reference raise an alarm all the same.</summary>
/// <param name="Rate">At most this share of stretches of <paramref name="Texts"/> texts raises any alarm, by whatever statistic.</param>
/// <param name="Texts">Length of a stretch.</param>
/// <param name="Simulated">Stretches that were drawn from the reference to find the thresholds.</param>
/// <param name="Observed">Share of these that raised an alarm with the thresholds: below <paramref name="Rate"/>, which leaves room for what drawing cannot know.</param>
public sealed record DriftFalseAlarms(double Rate, int Texts, int Simulated, double Observed);
