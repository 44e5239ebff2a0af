namespace SlmEdge.Benchmarks.Soak;

/// <summary>What a process held over the time of a load, one sample a second: the medians of the window after the warm-up and of the last one.</summary>
/// <param name="Name">Which process.</param>
/// <param name="Early">After the warm-up.</param>
/// <param name="Late">At the end.</param>
/// <param name="Peak">The largest of each value after the warm-up.</param>
internal sealed record ProcessCourse(string Name, ProcessSample Early, ProcessSample Late, ProcessSample Peak)
{
    /// <summary>Change of the resident memory, as a share.</summary>
    public double Growth => (double)(Late.Resident - Early.Resident) / Early.Resident;

    /// <param name="name">Which process.</param>
    /// <param name="samples">All samples, in their order.</param>
    /// <param name="warmup">Samples of the warm-up.</param>
    /// <param name="window">Samples of a window.</param>
    public static ProcessCourse Of(string name, IReadOnlyList<ProcessSample> samples, int warmup, int window)
    {
        ProcessSample[] steady = [.. samples.Skip(warmup)];
        return new ProcessCourse(
            name, Median(steady.Take(window)), Median(steady.TakeLast(window)), new(steady.Max(sample => sample.Resident), steady.Max(sample => sample.Handles), steady.Max(sample => sample.Threads)));
    }

    private static ProcessSample Median(IEnumerable<ProcessSample> samples)
    {
        ProcessSample[] all = [.. samples];
        return new(Middle(sample => sample.Resident), (int)Middle(sample => sample.Handles), (int)Middle(sample => sample.Threads));

        long Middle(Func<ProcessSample, long> value) => all.Select(value).Order().ElementAt(all.Length / 2);
    }
}
