namespace SlmEdge.Runtime.Scheduling;

/// <summary>The waiting requests of one adapter: by priority, then by arrival.</summary>
internal sealed class AdapterLane(AdapterSlot adapter)
{
    private readonly PriorityQueue<SchedulerRequest, (int Priority, long Order)> waiting = new();

    public AdapterSlot Adapter => adapter;

    public int Count => waiting.Count;

    /// <summary>The urgency of the first one: the lower, the more urgent.</summary>
    public int FirstPriority => waiting.TryPeek(out _, out var first) ? first.Priority : int.MaxValue;

    public void Add(SchedulerRequest request, long order) => waiting.Enqueue(request, (-(int)request.Priority, order));

    public SchedulerRequest Take() => waiting.Dequeue();
}
