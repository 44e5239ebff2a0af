namespace SlmEdge.Worker.Updates;

/// <summary>How a version answered: counts, and a histogram of latencies with buckets of 5%. Not thread-safe.</summary>
internal sealed record AnswerFigures
{
    private const double Width = 1.05;
    private const double LeastMs = 0.01;
    private const int MostBuckets = 500;

    /// <summary>Answers above which the older half weighs half, so that figures are of the recent past.</summary>
    private const long Recent = 20_000;

    /// <summary>Requests that were answered.</summary>
    public long Answers { get; set; }

    /// <summary>Requests that failed by the engine's fault.</summary>
    public long Errors { get; set; }

    /// <summary>Texts that were classified.</summary>
    public long Decisions { get; set; }

    /// <summary>Those of them without a label.</summary>
    public long Abstentions { get; set; }

    /// <summary>Latencies by bucket: bucket i holds those from 0.01 ms · 1.05^i.</summary>
    public SortedDictionary<int, long> Latencies { get; init; } = [];

    /// <summary>Latencies in the histogram.</summary>
    public long Timed => Latencies.Values.Sum();

    /// <summary>What a trial counts: texts, or answers where texts are written, and failures.</summary>
    public long Samples => Math.Max(Decisions, Answers) + Errors;

    public void AddLatency(TimeSpan took)
    {
        var bucket = (int)Math.Clamp(Math.Log(Math.Max(took.TotalMilliseconds, LeastMs) / LeastMs, Width), 0, MostBuckets);
        Latencies[bucket] = Latencies.GetValueOrDefault(bucket) + 1;
    }

    /// <summary>The latency of a rank from 1, in milliseconds: the middle of its bucket; null outside of the ranks.</summary>
    public double? LatencyAt(long rank)
    {
        foreach (var (bucket, count) in Latencies)
        {
            rank -= count;
            if (rank <= 0)
            {
                return LeastMs * Math.Pow(Width, bucket + 0.5);
            }
        }

        return null;
    }

    /// <summary>The 95th percentile in milliseconds; null before the first answer.</summary>
    public double? P95 => Timed is > 0 and var timed ? LatencyAt((long)Math.Ceiling(0.95 * timed)) : null;

    /// <summary>Lets older answers fade once there are many.</summary>
    public void Fade()
    {
        if (Answers + Errors < Recent)
        {
            return;
        }

        Answers /= 2;
        Errors /= 2;
        Decisions /= 2;
        Abstentions /= 2;
        foreach (var bucket in Latencies.Keys.ToArray())
        {
            Latencies[bucket] /= 2;
        }
    }

    /// <summary>Figures that do not change any more.</summary>
    public AnswerFigures Copy() => this with { Latencies = new SortedDictionary<int, long>(Latencies) };
}
