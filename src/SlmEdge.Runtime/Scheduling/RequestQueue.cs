namespace SlmEdge.Runtime.Scheduling;

/// <summary>The bounded queue in front of the loop: by priority, then by arrival. Those that wait for room are let in as there is some.</summary>
internal sealed class RequestQueue(int capacity) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim room = new(capacity);
    private readonly ManualResetEventSlim arrived = new();
    private readonly PriorityQueue<SchedulerRequest, (int Priority, long Order)> scores = new();
    private readonly PriorityQueue<SchedulerRequest, (int Priority, long Order)> generations = new();
    private SchedulerRequest? scoreHead;
    private SchedulerRequest? generationHead;
    private long order;
    private long front;
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

    /// <summary>The request that is next of its kind; it stays in the queue and is next until <see cref="Take"/>.</summary>
    public SchedulerRequest? Peek(bool generation)
    {
        lock (gate)
        {
            ref var head = ref generation ? ref generationHead : ref scoreHead;
            if (head is { } held && (!Of(generation).TryPeek(out _, out var first) || first.Priority >= -(int)held.Priority))
            {
                return held;
            }

            if (!Of(generation).TryDequeue(out var next, out _))
            {
                return null;
            }

            if (head is { } overtaken)
            {
                // Before all others of its priority, as it came before them.
                Of(generation).Enqueue(overtaken, (-(int)overtaken.Priority, --front));
            }

            return head = next;
        }
    }

    /// <summary>Takes out what <see cref="Peek"/> gave.</summary>
    public void Take(bool generation)
    {
        lock (gate)
        {
            (generation ? ref generationHead : ref scoreHead) = null;
            if (CountLocked() == 0 && !closed)
            {
                arrived.Reset();
            }
        }

        room.Release();
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

    private PriorityQueue<SchedulerRequest, (int Priority, long Order)> Of(bool generation) => generation ? generations : scores;

    private int CountLocked() => scores.Count + generations.Count + (scoreHead is null ? 0 : 1) + (generationHead is null ? 0 : 1);

    private void Add(SchedulerRequest request)
    {
        lock (gate)
        {
            if (closed)
            {
                room.Release();
                throw new RuntimeStoppedException();
            }

            Of(request is GenerateRequest).Enqueue(request, (-(int)request.Priority, order++));
            arrived.Set();
        }
    }
}
