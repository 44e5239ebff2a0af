using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Limits;

/// <summary>A token bucket for each caller: it fills steadily, holds a burst, and every request takes one.</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class RequestRate(LimitOptions limits, TimeProvider? time = null)
{
    // Beyond this the full buckets are thrown away; a full bucket is as good as none.
    private const int ManyCallers = 10_000;

    private readonly Lock gate = new();
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Dictionary<string, Bucket> buckets = [];

    /// <summary>Callers that are remembered.</summary>
    public int Callers => buckets.Count;

    /// <summary>Takes a request from a caller's bucket.</summary>
    /// <exception cref="HttpProblem">The bucket is empty.</exception>
    public void Take(string caller)
    {
        if (limits.RequestsPerSecond == 0)
        {
            return;
        }

        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetTimestamp();
            var left = buckets.TryGetValue(caller, out var bucket) ? Left(bucket, now) : limits.Burst;
            if (left >= 1)
            {
                if (buckets.Count >= ManyCallers && bucket == default)
                {
                    Forget(now);
                }

                buckets[caller] = new Bucket(left - 1, now);
                return;
            }

            wait = TimeSpan.FromSeconds((1 - left) / limits.RequestsPerSecond);
        }

        throw new HttpProblem(
            StatusCodes.Status429TooManyRequests, "rate-limit", "Too many requests", "You send more requests than your share. Wait, then go on more slowly.", wait);
    }

    private double Left(Bucket bucket, long now) =>
        Math.Min(limits.Burst, bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * limits.RequestsPerSecond));

    // Full buckets go; where callers come faster than buckets fill, all of them do, which costs an attacker's neighbours nothing but their own burst.
    private void Forget(long now)
    {
        foreach (var (caller, bucket) in buckets)
        {
            if (Left(bucket, now) >= limits.Burst)
            {
                buckets.Remove(caller);
            }
        }

        if (buckets.Count >= ManyCallers)
        {
            buckets.Clear();
        }
    }

    private readonly record struct Bucket(double Left, long At);
}
