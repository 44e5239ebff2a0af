namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// Chooses whose tokens the next evaluation computes. An adapter keeps its turn for some evaluations, because a switch costs; after that, or when it has nothing to
/// do, the one goes that has waited longest. A more urgent request ends a turn early. Used by the loop only.
/// </summary>
internal sealed class AdapterTurns
{
    /// <summary>Evaluations of a turn while others wait.</summary>
    public const int EvaluationsPerTurn = 8;

    private AdapterSlot? active;
    private long clock;
    private int used;

    /// <summary>The adapter of the next evaluation, or null when none of the works can go on.</summary>
    /// <param name="works">What is under way.</param>
    /// <param name="prefixFirst">Whether texts wait for a prefix that has to lie before them.</param>
    /// <param name="stuck">Adapters whose works were tried and found no room.</param>
    public AdapterSlot? Choose(List<SequenceWork> works, bool prefixFirst, List<AdapterSlot> stuck)
    {
        AdapterSlot? urgent = null;
        AdapterSlot? longest = null;
        RequestPriority? own = null;
        var most = RequestPriority.Low;
        foreach (var work in works)
        {
            if (work.Waiting == 0 || (prefixFirst && work is ScoreWork && work.IsReading) || stuck.Contains(work.Adapter))
            {
                continue;
            }

            var adapter = work.Adapter;
            if (adapter == active)
            {
                own = own is { } before && before > work.Priority ? before : work.Priority;
                continue;
            }

            if (longest is null || adapter.LastEvaluation < longest.LastEvaluation)
            {
                longest = adapter;
            }

            if (urgent is null || work.Priority > most || (work.Priority == most && adapter.LastEvaluation < urgent.LastEvaluation))
            {
                (urgent, most) = (adapter, work.Priority);
            }
        }

        return urgent is null ? (own is null ? null : active)
            : own is not { } priority ? urgent
            : used >= EvaluationsPerTurn ? longest
            : most > priority ? urgent
            : active;
    }

    /// <summary>Notes that an evaluation computes with an adapter.</summary>
    public void Use(AdapterSlot adapter)
    {
        used = adapter == active ? used + 1 : 1;
        active = adapter;
        adapter.LastEvaluation = ++clock;
    }
}
