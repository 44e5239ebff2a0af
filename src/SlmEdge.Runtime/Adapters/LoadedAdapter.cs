using SlmEdge.Runtime.Loading;
using SlmEdge.Runtime.Scheduling;

namespace SlmEdge.Runtime.Adapters;

/// <summary>One loading of an adapter. It is freed when it is no longer listed and nobody holds it.</summary>
internal sealed class LoadedAdapter(AdapterInfo info, AdapterSlot slot, TaskModels models, SequenceScheduler scheduler)
{
    private readonly TaskCompletionSource freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for being listed, one for each lease.
    private int holders = 1;

    public AdapterInfo Info => info with { RequestsInFlight = slot.Requests };

    public TaskModels Models => models;

    /// <summary>Ends when the engine has freed it.</summary>
    public Task Freed => freed.Task;

    /// <summary>Holds it; only while it is listed or held.</summary>
    public void Hold() => Interlocked.Increment(ref holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            _ = FreeAsync();
        }
    }

    private async Task FreeAsync()
    {
        try
        {
            await scheduler.UnloadAdapterAsync(slot).ConfigureAwait(false);
            freed.SetResult();
        }
        catch (Exception error)
        {
            freed.SetException(error);
        }
    }
}
