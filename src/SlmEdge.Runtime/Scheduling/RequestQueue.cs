namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// The bounded queue in front of the loop: by priority, then grouped by adapter, then by arrival. Those that wait for room are let in as there is some.
/// </summary>
/// <param name="capacity">Requests that may wait.</param>
/// <param name="turn">Requests of one adapter that go in a row while those of others wait.</param>
internal sealed class RequestQueue(int capacity, int turn) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim room = new(capacity);
    private readonly ManualResetEventSlim arrived = new();
    private readonly RequestLanes scores = new(turn);
    private readonly RequestLanes generations = new(turn);
    private long order;
    private bool closed;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return CountLocked();
            }
        }
    }

    /// <summary>Adds a request.</summary>
    /// <returns>False when there is no room.</returns>
    /// <exception cref="RuntimeStoppedException">The queue is closed.</exception>
    public bool TryAdd(SchedulerRequest request)
    {
        if (!room.Wait(0, CancellationToken.None))
        {
            return false;
        }

        Add(request);
        return true;
    }

    /// <summary>Adds a request when there is room.</summary>
    public async ValueTask AddWhenRoomAsync(SchedulerRequest request, CancellationToken ct)
    {
        await room.WaitAsync(ct).ConfigureAwait(false);
        Add(request);
    }

    /// <summary>Waits until something waits.</summary>
    public void Wait(CancellationToken ct) => arrived.Wait(ct);

    /// <summary>Ends a <see cref="Wait"/> although no request came.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (!closed)
            {
                arrived.Set();
            }
        }
    }

    /// <summary>Lets the next <see cref="Wait"/> wait again, unless there are requests.</summary>
    public void Rest()
    {
        lock (gate)
        {
            if (CountLocked() == 0 && !closed)
            {
                arrived.Reset();
            }
        }
    }

    /// <summary>The request that is next of its kind; it stays in the queue and is next until <see cref="Take"/>.</summary>
    public SchedulerRequest? Peek(bool generation)
    {
        lock (gate)
        {
            return Of(generation).Peek();
        }
    }

    /// <summary>Takes out what <see cref="Peek"/> gave.</summary>
    public void Take(bool generation)
    {
        lock (gate)
        {
            Of(generation).Take();
        }

        Rest();
        room.Release();
    }

    /// <summary>Forgets an adapter that has no requests any more.</summary>
    public void Forget(AdapterSlot adapter)
    {
        lock (gate)
        {
            scores.Forget(adapter);
            generations.Forget(adapter);
        }
    }

    /// <summary>Refuses what comes from now on.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            arrived.Set();
        }
    }

    public void Dispose()
    {
        arrived.Dispose();
        room.Dispose();
    }

    private RequestLanes Of(bool generation) => generation ? generations : scores;

    private int CountLocked() => scores.Count + generations.Count;

    private void Add(SchedulerRequest request)
    {
        lock (gate)
        {
            if (closed)
            {
                room.Release();
                throw new RuntimeStoppedException();
            }

            Of(request is GenerateRequest).Add(request, order++);
            arrived.Set();
        }
    }
}
