using System.Globalization;
using SlmEdge.Runtime;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Storage;
using SlmEdge.Worker.Suspects;

namespace SlmEdge.Worker.Jobs;

/// <summary>Works through the queue, the oldest job first, a batch of rows at a time: one call of the engine, one transaction.</summary>
internal sealed class JobRunner(JobStore store, RowDecider decider, IServingEngine engine, SuspectLane lane, WorkerLog log, TimeProvider time) : IAsyncDisposable
{
    private const int RowsTogether = 64;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim news = new(0, 1);
    private Task loop = Task.CompletedTask;

    // The rows that were under way when the process ended are among the first that come again.
    private int suspects = RowsTogether;

    public void Start() => loop = Task.Run(RunAsync);

    /// <summary>Says that there may be something to do.</summary>
    public void Wake()
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was woken already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        news.Dispose();
    }

    private async Task RunAsync()
    {
        var trouble = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var worked = await StepAsync().ConfigureAwait(false);
                trouble = TimeSpan.Zero;
                if (!worked)
                {
                    await news.WaitAsync(Idle, stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is RuntimeBusyException or RuntimeStoppedException or EngineEndedException or StorageException)
            {
                // Nothing of it was kept; the rows wait where they are.
                trouble = trouble == TimeSpan.Zero ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromTicks(Math.Min((trouble * 2).Ticks, TimeSpan.FromSeconds(30).Ticks));
                await Task.Delay(trouble, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error)
            {
                log.Write(WorkerLogLevel.Error, "jobs-failed", ("detail", $"{error.GetType().Name}: {error.Message}"));
                await Task.Delay(TimeSpan.FromSeconds(5), time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> StepAsync()
    {
        if (store.FindWork(RowsTogether, engine.Bundle.Manifest.Task.Name) is not { } work)
        {
            return false;
        }

        if (lane.IsSuspicious && suspects > 0)
        {
            foreach (var row in work.Rows)
            {
                IReadOnlyList<RowOutcome> setAside = [new RowOutcome(row.Row, null, SuspectLane.Reason, null, null)];
                var outcome = await lane.AloneAsync(
                    $"job:{work.Job.Id}", row.Row.ToString(CultureInfo.InvariantCulture), () => decider.DecideAsync(work.Job, [row], stop.Token), setAside, stop.Token).ConfigureAwait(false);
                await store.CompleteAsync(work.Job.Id, outcome).ConfigureAwait(false);
                suspects--;
            }

            return true;
        }

        using var place = await lane.TogetherAsync(stop.Token).ConfigureAwait(false);
        var outcomes = await decider.DecideAsync(work.Job, work.Rows, stop.Token).ConfigureAwait(false);
        await store.CompleteAsync(work.Job.Id, outcomes).ConfigureAwait(false);
        return true;
    }
}
