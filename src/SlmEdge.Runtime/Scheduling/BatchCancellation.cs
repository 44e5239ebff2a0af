namespace SlmEdge.Runtime.Scheduling;

/// <summary>Stops the evaluation of a batch once the callers of all its texts have cancelled.</summary>
internal sealed class BatchCancellation : IDisposable
{
    private readonly CancellationTokenSource evaluation;
    private readonly List<CancellationTokenRegistration> registrations = [];
    private int remaining;

    public BatchCancellation(List<ScoreRequest> batch, CancellationTokenSource evaluation)
    {
        this.evaluation = evaluation;
        remaining = batch.Count;
        foreach (var request in batch)
        {
            if (!request.Cancellation.CanBeCanceled)
            {
                return; // Somebody will wait to the end, whatever the others do.
            }
        }

        foreach (var request in batch)
        {
            registrations.Add(request.Cancellation.UnsafeRegister(static state => ((BatchCancellation)state!).OneLeft(), this));
        }
    }

    public void Dispose()
    {
        // Waits for callbacks that are running, so that none touches the source after it is disposed.
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    private void OneLeft()
    {
        if (Interlocked.Decrement(ref remaining) == 0)
        {
            evaluation.Cancel();
        }
    }
}
