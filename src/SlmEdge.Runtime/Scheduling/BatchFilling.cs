using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// Chooses what an evaluation computes, up to a budget. Single tokens behind what is evaluated go first, then texts, the short ones before the long ones, but the oldest always gets
/// a part.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="batchTokens">Tokens of one evaluation.</param>
/// <param name="works">What is under way, in the order in which it was started.</param>
internal sealed class BatchFilling(ISequenceEngine engine, int batchTokens, List<SequenceWork> works)
{
    // What may not be split is evaluated whole, however long it is.
    private readonly SequenceBatch batch = new(engine.Splits ? batchTokens : batchTokens + engine.ContextLength);
    private readonly AdapterTurns turns = new();
    private readonly List<SequenceWork> inBatch = [];
    private readonly List<SequenceWork> reading = [];
    private readonly List<AdapterSlot> stuck = [];

    /// <summary>What is to be evaluated.</summary>
    public SequenceBatch Batch => batch;

    /// <summary>Works that have tokens in the batch.</summary>
    public IReadOnlyList<SequenceWork> InBatch => inBatch;

    /// <summary>Fills the batch with tokens of what is under way; it stays empty where nothing can go on.</summary>
    public void Compose()
    {
        // Where bits repeat a kept prefix has to lie before all texts.
        var prefixFirst = engine.IsRepeatable && works.Exists(static work => work is PrefixWork);
        stuck.Clear();
        do
        {
            batch.Clear();
            inBatch.Clear();
            reading.Clear();
            if (turns.Choose(works, prefixFirst, stuck) is not { } adapter)
            {
                return;
            }

            Compose(adapter, prefixFirst);
            stuck.Add(adapter);
        }
        while (batch.Count == 0);

        var chosen = stuck[^1];
        turns.Use(chosen);
        batch.AdapterKey = chosen.Key;
    }

    private void Compose(AdapterSlot adapter, bool prefixFirst)
    {
        var limit = engine.SharesCells ? Math.Min(batchTokens, engine.FreeCells) : batchTokens;

        // A text being read keeps half of the batch from the answers being written, whatever their number.
        foreach (var work in works)
        {
            if (work.Adapter == adapter && work.IsReading && work.Waiting > 0 && !(prefixFirst && work is ScoreWork))
            {
                reading.Add(work);
            }
        }

        var single = reading.Count > 0 ? Math.Max(1, limit / 2) : limit;
        var spare = 0;
        for (var i = 0; i < works.Count; i++)
        {
            var work = works[i];
            if (!work.IsReading && work.Waiting > 0)
            {
                if (work.Adapter == adapter)
                {
                    FillFrom(work, Math.Min(single, limit) - batch.Count, spare);
                }

                // What came before has to find its way to its end, in whosever turn.
                spare = engine.IsRepeatable ? 0 : Math.Max(spare, work.SequencesToCome);
            }
        }

        // Those that got nothing are the first the next time.
        RotateUnserved(adapter);
        if (reading.Count == 0)
        {
            return;
        }

        var oldest = reading[0];
        reading.Sort(static (a, b) => a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority) : a.Waiting.CompareTo(b.Waiting));
        if (reading[0] != oldest)
        {
            FillFrom(oldest, Math.Min(limit - batch.Count, Math.Max(1, limit / 4)), 0, oldest);
        }

        foreach (var work in reading)
        {
            // Tokens of one sequence stand side by side, so each is served once.
            if (work != oldest || reading[0] == oldest)
            {
                FillFrom(work, limit - batch.Count, 0, oldest);
            }
        }
    }

    private void FillFrom(SequenceWork work, int tokens, int spare, SequenceWork? oldest = null)
    {
        var outputs = engine.BatchOutputs - batch.OutputCount;
        if (!engine.Splits && work.IsReading)
        {
            // Whole or not at all; the oldest goes even when it is longer than the budget.
            var waiting = work.Waiting;
            tokens = waiting <= tokens || (work == oldest && batch.Count + waiting <= batch.Capacity) ? waiting : 0;
            outputs = Math.Max(outputs, 0);
        }

        if (tokens > 0 && work.Waiting > 0 && !inBatch.Contains(work) && work.Fill(batch, tokens, outputs, spare) > 0)
        {
            inBatch.Add(work);
        }
    }

    private void RotateUnserved(AdapterSlot adapter)
    {
        for (var i = 0; i < works.Count; i++)
        {
            if (works[i].Adapter == adapter && !works[i].IsReading && works[i].Waiting > 0 && works[i] is GenerateWork or ScoreWork { CanBeginAgain: true } && !inBatch.Contains(works[i]))
            {
                var unserved = works[i];
                works.RemoveAt(i);
                works.Insert(0, unserved);
            }
        }
    }
}
