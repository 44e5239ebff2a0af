using SlmEdge.Runtime;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary>How one model of a bundle ran in one setting.</summary>
/// <param name="Engine">What computed.</param>
/// <param name="File">The model file.</param>
/// <param name="Threads">Threads for one evaluation.</param>
/// <param name="BatchTokens">Tokens of waiting texts that were evaluated together.</param>
/// <param name="TextsPerSecond">Texts classified per second, all waiting at once; the best of several rounds.</param>
/// <param name="MedianMs">Median time of one text alone.</param>
/// <param name="P99Ms">Time within which 99 of 100 texts alone are answered.</param>
/// <param name="ResidentBytes">Resident memory of the whole process afterwards.</param>
/// <param name="GoldenPassed">Golden examples that are decided as tested.</param>
/// <param name="GoldenCount">Golden examples in the bundle.</param>
internal sealed record Measurement(
    EngineChoice Engine, string File, int Threads, int BatchTokens, double TextsPerSecond, double MedianMs, double P99Ms, long ResidentBytes, int GoldenPassed, int GoldenCount)
{
    /// <summary>Whether this device computes what was tested.</summary>
    public bool Right => GoldenPassed == GoldenCount;

    /// <summary>The fastest setting in which all golden examples pass, or null.</summary>
    public static Measurement? Fastest(IEnumerable<Measurement> all) => all.Where(one => one.Right).MaxBy(one => one.TextsPerSecond);
}
