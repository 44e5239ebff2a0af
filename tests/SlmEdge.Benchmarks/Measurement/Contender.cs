namespace SlmEdge.Benchmarks.Measurement;

/// <summary>One way to do the work that is compared.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Run">Does the whole work once and returns the seconds it took.</param>
internal sealed record Contender(string Name, Func<double> Run)
{
    /// <summary>A contender that is timed from outside.</summary>
    public static Contender Timed(string name, Action work) => new(name, () =>
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        work();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    });
}
