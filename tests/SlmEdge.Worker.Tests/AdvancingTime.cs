namespace SlmEdge.Worker.Tests;

/// <summary>A clock that goes on when a test says so.</summary>
internal sealed class AdvancingTime : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
