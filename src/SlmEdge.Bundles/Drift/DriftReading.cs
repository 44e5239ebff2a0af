namespace SlmEdge.Bundles.Drift;

/// <summary>A statistic at the last comparison.</summary>
/// <param name="Statistic">Which.</param>
/// <param name="Value">How far the recent texts lie from the reference.</param>
/// <param name="Threshold">The value above which it is an alarm.</param>
/// <param name="Usual">The value that texts like those of the reference have half of the time.</param>
/// <param name="IsAlarm">Whether it was above the threshold, and has not come back half of the way since.</param>
public sealed record DriftReading(DriftStatistic Statistic, double Value, double Threshold, double Usual, bool IsAlarm);
