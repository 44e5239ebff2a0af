namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// Waiting requests of one kind, grouped by adapter, since the engine computes with one adapter at a time. The most urgent go first; among equally urgent ones an
/// adapter keeps its turn for so many requests, then the next adapter that has some gets one. Not safe for several threads: the queue locks.
/// </summary>
/// <param name="turn">Requests of an adapter's turn while others wait.</param>
internal sealed class RequestLanes(int turn)
{
    private readonly List<AdapterLane> lanes = [];
    private int current;
    private int taken;
    private SchedulerRequest? head;
    private long front;

    public int Count { get; private set; }

    public void Add(SchedulerRequest request, long order)
    {
        Lane(request).Add(request, order);
        Count++;
    }

    /// <summary>The request that is next; it stays next until <see cref="Take"/>, unless a more urgent one comes.</summary>
    public SchedulerRequest? Peek()
    {
        var urgent = int.MaxValue;
        foreach (var lane in lanes)
        {
            urgent = Math.Min(urgent, lane.FirstPriority);
        }

        if (head is { } held)
        {
            if (urgent >= -(int)held.Priority)
            {
                return held;
            }

            // Before all others of its priority, as it came before them.
            Lane(held).Add(held, --front);
            head = null;
        }

        if (urgent == int.MaxValue)
        {
            return null;
        }

        Turn(urgent);
        return head = lanes[current].Take();
    }

    /// <summary>Takes out what <see cref="Peek"/> gave.</summary>
    public void Take()
    {
        if (head is not null)
        {
            head = null;
            taken++;
            Count--;
        }
    }

    /// <summary>Forgets an adapter that has no requests any more.</summary>
    public void Forget(AdapterSlot adapter)
    {
        var at = lanes.FindIndex(lane => lane.Adapter == adapter && lane.Count == 0);
        if (at >= 0)
        {
            lanes.RemoveAt(at);
            if (current >= at && current > 0)
            {
                current--;
            }
        }
    }

    private void Turn(int urgent)
    {
        if (lanes[current].FirstPriority == urgent && taken < turn)
        {
            return;
        }

        do
        {
            current = (current + 1) % lanes.Count;
        }
        while (lanes[current].FirstPriority != urgent);
        taken = 0;
    }

    private AdapterLane Lane(SchedulerRequest request)
    {
        foreach (var lane in lanes)
        {
            if (lane.Adapter == request.Adapter)
            {
                return lane;
            }
        }

        var added = new AdapterLane(request.Adapter!);
        lanes.Add(added);
        return added;
    }
}
