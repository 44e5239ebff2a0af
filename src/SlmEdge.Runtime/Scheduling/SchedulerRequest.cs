using System.Diagnostics;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Something that waits for the engine.</summary>
internal abstract class SchedulerRequest
{
    private CancellationTokenRegistration registration;

    public CancellationToken Cancellation { get; init; }

    public RequestPriority Priority { get; init; }

    /// <summary>The adapter that answers; the scheduler puts the model itself where it is null.</summary>
    public AdapterSlot? Adapter { get; set; }

    /// <summary>How long it may wait for its start; null is for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    public long CreatedAt { get; } = Stopwatch.GetTimestamp();

    /// <summary>Whether the caller has its answer, or has gone.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>From here on a cancelled caller gets its answer at once, even while the request waits.</summary>
    public void WatchCancellation()
    {
        if (Cancellation.CanBeCanceled)
        {
            registration = Cancellation.UnsafeRegister(static (state, token) => ((SchedulerRequest)state!).Cancel(token), this);
        }
    }

    /// <summary>The request has its answer, or was never queued.</summary>
    public void Abandon() => registration.Dispose();

    public void Fail(Exception error)
    {
        Abandon();
        SetException(error);
    }

    protected abstract void SetException(Exception error);

    protected abstract void Cancel(CancellationToken token);
}
