using System.Diagnostics;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary>A line on stderr that says how far the work is; silent unless a person sees it and nothing else is written there.</summary>
internal sealed class ProgressLine(bool visible) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly long started = Stopwatch.GetTimestamp();
    private TimeSpan last;

    public void Report(long count)
    {
        if (!visible)
        {
            return;
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        if (elapsed - last >= Interval)
        {
            last = elapsed;
            Console.Error.Write(FormattableString.Invariant($"\r{count:n0} texts  {count / elapsed.TotalSeconds:n1} texts/s   "));
        }
    }

    public void Dispose()
    {
        if (visible && last > TimeSpan.Zero)
        {
            Console.Error.WriteLine();
        }
    }
}
