using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// Beginnings of sequences kept in the engine's memory: task prefixes and what generations leave behind (chat histories). The longest
/// common beginning is found, and what was not used for longest goes first. What one adapter computed is nothing to another. Used by the loop only.
/// </summary>
internal sealed class PrefixCache(ISequenceEngine engine, int tokenBudget, int entryLimit)
{
    private readonly List<PrefixEntry> entries = [];
    private long clock;

    public int Count => entries.Count;

    /// <summary>Tokens of all entries.</summary>
    public int Tokens { get; private set; }

    /// <summary>The entry that holds exactly these tokens and may be shared with a sequence of the kind.</summary>
    public PrefixEntry? Find(AdapterSlot adapter, int[] tokens, bool repeats)
    {
        foreach (var entry in entries)
        {
            if (entry.Adapter == adapter && (ReferenceEquals(entry.Tokens, tokens) || entry.Tokens.AsSpan().SequenceEqual(tokens)) && (!repeats || entry.Repeats))
            {
                return Touch(entry);
            }
        }

        return null;
    }

    /// <summary>The ready entry with the longest beginning in common.</summary>
    public (PrefixEntry? Entry, int Length) FindLongest(AdapterSlot adapter, ReadOnlySpan<int> tokens, bool repeats)
    {
        PrefixEntry? best = null;
        var longest = 0;
        foreach (var entry in entries)
        {
            if (entry.Adapter == adapter && entry.IsReady && (!repeats || (entry.Repeats && !engine.IsDisplaced(entry.Sequence))) && entry.Tokens.AsSpan().CommonPrefixLength(tokens) is var common && common > longest)
            {
                best = entry;
                longest = common;
            }
        }

        return (best is null ? null : Touch(best), longest);
    }

    /// <summary>Keeps a sequence from now on.</summary>
    public PrefixEntry Add(AdapterSlot adapter, int[] tokens, int sequence, bool repeats, bool ready)
    {
        // What is a beginning of it can be had from it.
        if (!repeats)
        {
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                if (entries[i] is { Users: 0, Repeats: false } old && old.Adapter == adapter && old.Tokens.Length <= tokens.Length && tokens.AsSpan().StartsWith(old.Tokens))
                {
                    Remove(i);
                }
            }
        }

        var entry = Touch(new PrefixEntry(adapter, tokens, sequence, repeats) { IsReady = ready });
        entries.Add(entry);
        Tokens += tokens.Length;
        while ((Tokens > tokenBudget || entries.Count > entryLimit) && EvictOne(entry))
        {
        }

        return entry;
    }

    /// <summary>Gives up the entry that was not used for longest.</summary>
    /// <returns>False when all are needed.</returns>
    public bool EvictOne(PrefixEntry? except = null)
    {
        var oldest = -1;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Users == 0 && entries[i] != except && (oldest < 0 || entries[i].LastUsed < entries[oldest].LastUsed))
            {
                oldest = i;
            }
        }

        if (oldest < 0)
        {
            return false;
        }

        Remove(oldest);
        return true;
    }

    /// <summary>Gives up the entries behind which bits would not repeat.</summary>
    public bool RemoveDisplaced()
    {
        var removed = false;
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i] is { Repeats: true, Users: 0, IsReady: true } entry && engine.IsDisplaced(entry.Sequence))
            {
                Remove(i);
                removed = true;
            }
        }

        return removed;
    }

    /// <summary>Gives up what an adapter computed that no request needs any more.</summary>
    public void Remove(AdapterSlot adapter)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i].Adapter == adapter)
            {
                Remove(i);
            }
        }
    }

    /// <summary>Forgets everything: the engine's memory was cleared.</summary>
    public void Clear()
    {
        entries.Clear();
        Tokens = 0;
    }

    private PrefixEntry Touch(PrefixEntry entry)
    {
        entry.LastUsed = ++clock;
        return entry;
    }

    private void Remove(int index)
    {
        engine.Free(entries[index].Sequence);
        Tokens -= entries[index].Tokens.Length;
        entries.RemoveAt(index);
    }
}
