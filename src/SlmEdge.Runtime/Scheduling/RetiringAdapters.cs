using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Adapters that nobody begins with any more, each freed after its last request. Used by the loop only.</summary>
internal sealed class RetiringAdapters(ISequenceEngine engine, PrefixCache cache, RequestQueue queue)
{
    private readonly List<(AdapterSlot Adapter, TaskCompletionSource Freed)> retiring = [];

    public void Add(AdapterSlot adapter, TaskCompletionSource freed) => retiring.Add((adapter, freed));

    /// <summary>Frees those that no request needs any more.</summary>
    /// <param name="works">What is under way; a prefix may be left of requests that have gone.</param>
    public void FreeIdle(List<SequenceWork> works)
    {
        for (var i = retiring.Count - 1; i >= 0; i--)
        {
            var (adapter, freed) = retiring[i];
            if (adapter.Requests > 0 || IsUnderWay(adapter, works))
            {
                continue;
            }

            cache.Remove(adapter);
            queue.Forget(adapter);
            engine.UnloadAdapter(adapter.Key!);
            retiring.RemoveAt(i);
            freed.SetResult();
        }
    }

    /// <summary>The engine is about to be unloaded as a whole.</summary>
    public void Close()
    {
        foreach (var (_, freed) in retiring)
        {
            freed.SetResult();
        }

        retiring.Clear();
    }

    private static bool IsUnderWay(AdapterSlot adapter, List<SequenceWork> works)
    {
        foreach (var work in works)
        {
            if (work.Adapter == adapter)
            {
                return true;
            }
        }

        return false;
    }
}
