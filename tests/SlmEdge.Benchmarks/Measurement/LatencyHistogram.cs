namespace SlmEdge.Benchmarks.Measurement;

/// <summary>Times in steps of five per cent, from a tenth of a millisecond to a minute and a half: percentiles of any number of them in little memory. Safe to use from several threads.</summary>
internal sealed class LatencyHistogram
{
    private const int Buckets = 282;
    private const double Least = 0.1;
    private const double Step = 1.05;

    private readonly long[] buckets = new long[Buckets];

    public long Count => buckets.Sum();

    public void Add(TimeSpan time) => Interlocked.Increment(
        ref buckets[Math.Clamp((int)(Math.Log(Math.Max(time.TotalMilliseconds, Least) / Least) / Math.Log(Step)), 0, Buckets - 1)]);

    /// <summary>The time that a share of all stayed below, in milliseconds: the middle of its step.</summary>
    public double Percentile(double share)
    {
        var left = (long)(Count * share);
        var bucket = 0;
        while (bucket < Buckets - 1 && (left -= buckets[bucket]) >= 0)
        {
            bucket++;
        }

        return Least * Math.Pow(Step, bucket + 0.5);
    }
}
