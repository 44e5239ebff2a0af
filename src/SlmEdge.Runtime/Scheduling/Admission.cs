using System.Diagnostics;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Lets requests in: takes them from the queue as long as there are cells and sequences for them beside what is under way.</summary>
/// <remarks>
/// An engine whose bits repeat places what it evaluates behind all that is kept, and can reuse the place of what has ended only when no
/// text is under way. So texts come in waves: a wave takes texts up to the budget, and the memory is settled between two. Generations go on
/// through all of them.
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="options">The limits.</param>
/// <param name="batchTokens">Tokens of one evaluation.</param>
/// <param name="queue">What waits.</param>
/// <param name="cache">Prefixes and histories that are kept.</param>
/// <param name="works">What is under way, in the order in which it was started.</param>
internal sealed class Admission(ISequenceEngine engine, SchedulerOptions options, int batchTokens, RequestQueue queue, PrefixCache cache, List<SequenceWork> works)
{
    private readonly Queue<SequenceWork> again = new();
    private readonly int[] nodesLeft = new int[engine.SequenceCount];
    private int suspects;
    private int waveTexts;
    private int waveTokens;
    private bool waveClosed;

    /// <summary>What was started, had to give way and will be started again.</summary>
    public IReadOnlyCollection<SequenceWork> Again => again;

    /// <summary>Whether a text is alone whose labels are worked through like a stack, so that what is freed lies behind what is left.</summary>
    public bool IsSolo() => waveTexts == 1 && works.Count == 1 && works[0] is ScoreWork { IsStack: true };

    /// <summary>Starts what there is room for.</summary>
    public void Admit()
    {
        // Something spoilt an evaluation: what was in it goes on alone, one after the other, so that the others do not pay for it.
        if (suspects > 0 && works.Count > 0)
        {
            return;
        }

        while (again.TryPeek(out var work))
        {
            if (!work.IsFinished && !TryStart(work))
            {
                return;
            }

            again.Dequeue();
            if (work.IsFinished)
            {
                work.Adapter.Leave();
            }

            if (suspects > 0)
            {
                suspects--;
                if (!work.IsFinished)
                {
                    return;
                }
            }
        }

        AdmitFrom(generation: false);
        AdmitFrom(generation: true);
    }

    private void AdmitFrom(bool generation)
    {
        while (queue.Peek(generation) is { } request)
        {
            var work = Refuse(request) ? null : Create(request);
            if (work is not null && !TryStart(work))
            {
                return;
            }

            queue.Take(generation);
            if (work is null)
            {
                request.Adapter!.Leave();
            }
        }
    }

    private bool Refuse(SchedulerRequest request)
    {
        if (request.IsFinished)
        {
            return true;
        }

        var waited = Stopwatch.GetElapsedTime(request.CreatedAt);
        if (request.Deadline is { } deadline && waited > deadline)
        {
            request.Fail(new DeadlineMissedException(deadline, waited));
            return true;
        }

        return false;
    }

    private SequenceWork Create(SchedulerRequest request) => request switch
    {
        ScoreRequest score => new ScoreWork(engine, score, score.Adapter!, nodesLeft),
        GenerateRequest generate => new GenerateWork(engine, generate, generate.Adapter!, cache),
        _ => throw new InvalidOperationException($"There is no work for {request.GetType().Name}."),
    };

    private bool TryStart(SequenceWork work) => work is ScoreWork score ? TryStart(score) : TryStart((GenerateWork)work);

    private bool TryStart(ScoreWork work)
    {
        var request = work.Request;
        var running = 0;
        var waiting = 0;
        foreach (var other in works)
        {
            if (other is ScoreWork)
            {
                running++;
                waiting += other.CellsToCome;
            }
        }

        if (running >= options.BatchTexts)
        {
            return false;
        }

        var whole = request.Prefix.Length == 0 || engine.PrefersWholePrompt(request.Prefix.Length, request.Tokens.Length);
        var tokens = work.TokensToRead(whole);
        if (engine.IsRepeatable)
        {
            if (running == 0 && !works.Exists(other => other is PrefixWork))
            {
                BeginWave();
            }

            if (waveClosed || (waveTexts > 0 && waveTokens + tokens > options.BatchTokens))
            {
                waveClosed = true;
                return false;
            }
        }
        else if (running > 0 && waiting >= 2 * batchTokens)
        {
            return false;
        }

        var entry = whole ? null : cache.Find(work.Adapter, request.Prefix, repeats: true);
        if (!whole && entry is null && running > 0 && engine.IsRepeatable)
        {
            // It has to lie before the texts, so the texts under way have to end first.
            waveClosed = true;
            return false;
        }

        var cells = work.CellsToStart(whole) + (whole || (entry is not null && engine.SharesCells) ? 0 : request.Prefix.Length);
        var sequences = 1 + work.SequencesToCome + (entry is null && !whole ? 1 : 0);
        if (entry is not null)
        {
            entry.Users++;
        }

        var room = MakeRoom(cells, sequences, alone: works.Count == 0 || (running == 0 && engine.IsRepeatable));
        if (entry is not null)
        {
            entry.Users--;
        }

        if (!room)
        {
            waveClosed = true;
            return false;
        }

        if (!whole && entry is null)
        {
            entry = KeepPrefix(work.Adapter, request.Prefix);
        }

        work.Start(entry, asStack: engine.IsRepeatable && (tokens > engine.FreeCells || sequences > engine.FreeSequences));
        waveClosed |= work.IsStack;
        works.Add(work);
        waveTexts++;
        waveTokens += tokens;
        return true;
    }

    private bool TryStart(GenerateWork work)
    {
        // Texts to score find room beside long answers.
        var left = Math.Min(engine.ContextLength, 2 * batchTokens);
        if (works.Exists(static other => other is ScoreWork { IsStack: true })
            || works.Count(static other => other is GenerateWork) >= Math.Min(options.BatchTexts, engine.SequenceCount / 2)
            || !MakeRoom(work.CellsToCome + (works.Count == 0 ? 0 : left), 1, alone: works.Count == 0))
        {
            return false;
        }

        work.Start();
        works.Add(work);
        return true;
    }

    private void BeginWave()
    {
        engine.Settle();
        while (cache.RemoveDisplaced())
        {
            engine.Settle();
        }

        waveTexts = 0;
        waveTokens = 0;
        waveClosed = false;
    }

    /// <summary>Looks whether there is room beside what those under way may still take, evicting what was not used for longest.</summary>
    private bool MakeRoom(int cells, int sequences, bool alone)
    {
        var takenCells = 0;
        var takenSequences = 0;
        foreach (var work in works)
        {
            takenCells += work.CellsToCome;
            takenSequences = engine.IsRepeatable ? takenSequences + work.SequencesToCome : Math.Max(takenSequences, work.SequencesToCome);
        }

        while (engine.FreeCells - takenCells < cells || engine.FreeSequences - takenSequences < sequences)
        {
            if (!cache.EvictOne())
            {
                // Alone it gets what there is: a label trie can be larger than the memory and is worked through part by part.
                return alone && engine.FreeSequences > 1;
            }

            if (engine.IsRepeatable && !works.Exists(work => work is ScoreWork or PrefixWork))
            {
                BeginWave();
            }
        }

        return true;
    }

    private PrefixEntry KeepPrefix(AdapterSlot adapter, int[] prefix)
    {
        var sequence = engine.Allocate(repeats: true);
        if (engine.Splits)
        {
            var (beginning, length) = cache.FindLongest(adapter, prefix, repeats: true);
            if (beginning is not null)
            {
                engine.CopyPrefix(beginning.Sequence, sequence, length);
            }
        }

        var entry = cache.Add(adapter, prefix, sequence, repeats: true, ready: engine.GetLength(sequence) == prefix.Length);
        if (!entry.IsReady)
        {
            works.Add(new PrefixWork(engine, entry));
        }

        return entry;
    }

    /// <summary>Starts something again later, with what comes then.</summary>
    public void StartAgain(SequenceWork work)
    {
        waveClosed = true;
        again.Enqueue(work);
    }

    /// <summary>Starts all that was under way again, because the engine's memory was cleared.</summary>
    /// <param name="suspected">Whether one of them spoilt an evaluation and it is not known which: they go on one after the other.</param>
    public void StartAllAgain(bool suspected)
    {
        foreach (var work in works)
        {
            work.Forget();
            if (!work.IsFinished && work is not PrefixWork)
            {
                again.Enqueue(work);
            }
        }

        works.Clear();
        cache.Clear();
        waveTexts = 0;
        waveTokens = 0;
        waveClosed = false;
        suspects = suspected ? again.Count : suspects;
    }

    /// <summary>Forgets what waits to be started again.</summary>
    public void Clear() => again.Clear();
}
