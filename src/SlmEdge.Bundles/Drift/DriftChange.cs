namespace SlmEdge.Bundles.Drift;

/// <summary>An alarm that began or ended.</summary>
/// <param name="Statistic">Which statistic.</param>
/// <param name="Begins">Whether it began.</param>
/// <param name="Value">Its value.</param>
/// <param name="Threshold">Its threshold.</param>
/// <param name="Texts">Texts that were decided until then.</param>
public sealed record DriftChange(DriftStatistic Statistic, bool Begins, double Value, double Threshold, long Texts);
