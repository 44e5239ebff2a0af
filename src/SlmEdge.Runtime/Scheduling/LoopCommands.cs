namespace SlmEdge.Runtime.Scheduling;

/// <summary>What other threads want done between two evaluations, by the loop that owns the engine.</summary>
internal sealed class LoopCommands
{
    private readonly Lock gate = new();
    private readonly Queue<(Action Work, TaskCompletionSource Done)> waiting = new();
    private bool closed;

    /// <summary>Queues work.</summary>
    /// <returns>Ends when the work has been done, or with its error.</returns>
    /// <exception cref="RuntimeStoppedException">The loop has ended.</exception>
    public Task Add(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (closed)
            {
                throw new RuntimeStoppedException();
            }

            waiting.Enqueue((work, done));
        }

        return done.Task;
    }

    /// <summary>Does what waits.</summary>
    public void Run()
    {
        while (TryTake(out var next))
        {
            try
            {
                next.Work();
                next.Done.SetResult();
            }
            catch (Exception error)
            {
                next.Done.SetException(error);
            }
        }
    }

    /// <summary>Answers what waits, and what comes, with <see cref="RuntimeStoppedException"/>.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }

        while (TryTake(out var next))
        {
            next.Done.SetException(new RuntimeStoppedException());
        }
    }

    private bool TryTake(out (Action Work, TaskCompletionSource Done) next)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out next);
        }
    }
}
