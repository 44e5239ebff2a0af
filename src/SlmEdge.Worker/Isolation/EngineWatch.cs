using System.Diagnostics;
using System.Globalization;

namespace SlmEdge.Worker.Isolation;

/// <summary>Asks a process with an engine for its heartbeat, and ends it when that fails, when an evaluation takes too long or when its memory passes the ceiling.</summary>
internal sealed class EngineWatch(IsolationOptions options)
{
    private readonly Lock gate = new();
    private long lastPong;
    private long lastProgress;
    private long passes;

    /// <summary>Begins anew with another process.</summary>
    public void Born()
    {
        lock (gate)
        {
            lastPong = lastProgress = Stopwatch.GetTimestamp();
            passes = -1;
        }
    }

    /// <summary>Notes a heartbeat.</summary>
    /// <param name="passesDone">Evaluations that the engine has done so far.</param>
    public void Answered(long passesDone)
    {
        lock (gate)
        {
            lastPong = Stopwatch.GetTimestamp();
            if (passesDone != passes)
            {
                passes = passesDone;
                lastProgress = lastPong;
            }
        }
    }

    /// <summary>Notes that the engine got on, or that it had nothing to do until now.</summary>
    public void Progressed()
    {
        lock (gate)
        {
            lastProgress = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Watches a process for its life.</summary>
    /// <param name="life">The process.</param>
    /// <param name="isAsked">Whether the engine has something to do.</param>
    /// <param name="over">When the life is over.</param>
    public async Task RunAsync(ChildProcess life, Func<bool> isAsked, CancellationToken over)
    {
        var shortest = options.HeartbeatLimit < options.PassLimit ? options.HeartbeatLimit : options.PassLimit;
        using var timer = new PeriodicTimer(shortest / 4 < TimeSpan.FromSeconds(1) ? shortest / 4 : TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                life.Channel.Send(FrameKind.Ping, 0, []);
                if (Ceiling(life, isAsked()) is { } reason)
                {
                    life.Kill(reason);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The life is over.
        }
    }

    private string? Ceiling(ChildProcess life, bool isAsked)
    {
        lock (gate)
        {
            if (Stopwatch.GetElapsedTime(lastPong) > options.HeartbeatLimit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"it gave no heartbeat for {options.HeartbeatLimit.TotalSeconds:0.#} s");
            }

            if (isAsked && Stopwatch.GetElapsedTime(lastProgress) > options.PassLimit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"an evaluation took more than {options.PassLimit.TotalSeconds:0.#} s");
            }
        }

        return options.MemoryLimitBytes is { } most && life.ResidentBytes() is var resident && resident > most
            ? string.Create(CultureInfo.InvariantCulture, $"it took {resident >> 20} MiB of memory; its ceiling is {most >> 20} MiB")
            : null;
    }
}
