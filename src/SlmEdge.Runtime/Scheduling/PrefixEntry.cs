namespace SlmEdge.Runtime.Scheduling;

/// <summary>Tokens kept in the engine's memory for those that begin with them.</summary>
internal sealed class PrefixEntry(AdapterSlot adapter, int[] tokens, int sequence, bool repeats)
{
    /// <summary>What computed it, and nothing else may go on from it.</summary>
    public AdapterSlot Adapter { get; } = adapter;

    /// <summary>The tokens that the sequence holds, or will hold.</summary>
    public int[] Tokens { get; } = tokens;

    public int Sequence { get; set; } = sequence;

    /// <summary>Whether it was evaluated so that bits repeat.</summary>
    public bool Repeats { get; } = repeats;

    /// <summary>Whether all of its tokens are evaluated.</summary>
    public bool IsReady { get; set; }

    /// <summary>Works that need it; it is not evicted before there are none.</summary>
    public int Users { get; set; }

    public long LastUsed { get; set; }
}
