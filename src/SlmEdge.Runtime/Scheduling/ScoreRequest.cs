using System.Diagnostics;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>One text waiting for its label scores.</summary>
internal sealed class ScoreRequest(int[] tokens, CancellationToken cancellation)
{
    // Continuations must not run on the batch loop's thread: a slow caller would hold up everyone.
    private readonly TaskCompletionSource<ScoreResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration registration;

    public int[] Tokens { get; } = tokens;

    public CancellationToken Cancellation { get; } = cancellation;

    public long CreatedAt { get; } = Stopwatch.GetTimestamp();

    public Task<ScoreResult> Task => completion.Task;

    public bool IsFinished => completion.Task.IsCompleted;

    /// <summary>From here on a cancelled caller gets its answer at once, even while the request waits in the queue.</summary>
    public void WatchCancellation()
    {
        if (Cancellation.CanBeCanceled)
        {
            registration = Cancellation.UnsafeRegister(
                static (state, token) => ((ScoreRequest)state!).completion.TrySetCanceled(token), this);
        }
    }

    /// <summary>The request was never queued.</summary>
    public void Abandon() => registration.Dispose();

    public void Complete(ScoreResult result)
    {
        registration.Dispose();
        completion.TrySetResult(result);
    }

    public void Fail(Exception error)
    {
        registration.Dispose();
        completion.TrySetException(error);
    }
}
