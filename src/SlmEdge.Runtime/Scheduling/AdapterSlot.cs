namespace SlmEdge.Runtime.Scheduling;

/// <summary>One loading of an adapter, or the model itself, as the scheduler knows it.</summary>
/// <param name="key">What the engine calls it; null for the model as it was opened. Never used twice, so that what was evaluated with a version stays its own.</param>
internal sealed class AdapterSlot(string? key)
{
    private int requests;

    public string? Key => key;

    /// <summary>Requests in the queue or under way, those included whose callers have gone.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>The evaluation that computed with it last; of the loop.</summary>
    public long LastEvaluation { get; set; }

    public void Enter() => Interlocked.Increment(ref requests);

    public void Leave() => Interlocked.Decrement(ref requests);
}
