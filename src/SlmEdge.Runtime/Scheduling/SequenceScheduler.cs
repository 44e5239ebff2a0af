using System.Diagnostics;
using SlmEdge.Engines;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// One loop on a thread of its own feeds one engine: what is under way, whatever its task, gets its tokens into each evaluation, up to a
/// budget. Single tokens behind what is evaluated go first, then texts, the short ones before the long ones, but the oldest always gets
/// a part.
/// </summary>
/// <remarks>
/// An engine whose bits repeat places what it evaluates behind all that is kept, and can reuse the place of what has ended only when no
/// text is under way. So texts come in waves: a wave takes texts up to the budget, and the memory is settled between two. Generations go on
/// through all of them.
/// An evaluation computes with one adapter. Requests are let in adapter by adapter (<see cref="RequestLanes"/>), and those under way take turns (<see cref="AdapterTurns"/>).
/// </remarks>
internal sealed class SequenceScheduler : IDisposable
{
    private const int CacheEntries = 16;

    private readonly ISequenceEngine engine;
    private readonly SchedulerOptions options;
    private readonly RequestQueue queue;
    private readonly PrefixCache cache;
    private readonly SequenceBatch batch;
    private readonly CancellationTokenSource stop = new();
    private readonly Thread loop;
    private readonly int[] nodesLeft;
    private readonly int batchTokens;
    private readonly AdapterSlot model = new(null);
    private readonly AdapterTurns turns = new();
    private readonly LoopCommands commands = new();
    private readonly RetiringAdapters retiring;
    private readonly List<AdapterSlot> stuck = [];

    // In the order in which they were started.
    private readonly List<SequenceWork> works = [];
    private readonly List<SequenceWork> inBatch = [];
    private readonly List<SequenceWork> reading = [];
    private readonly Queue<SequenceWork> again = new();
    private int suspects;
    private int waveTexts;
    private int waveTokens;
    private bool waveClosed;
    private int disposed;

    // Written by the loop, read by callers that are turned away: how long an evaluation takes at present.
    private long lastTicks;
    private long evaluations;

    public SequenceScheduler(ISequenceEngine engine, SchedulerOptions options)
    {
        this.engine = engine;
        this.options = options;
        queue = new RequestQueue(options.QueueCapacity, options.AdapterTurn > 0 ? options.AdapterTurn : options.BatchTexts);
        batchTokens = Math.Min(options.BatchTokens, engine.BatchTokens);

        // What may not be split is evaluated whole, however long it is.
        batch = new SequenceBatch(engine.Splits ? batchTokens : batchTokens + engine.ContextLength);
        cache = new PrefixCache(engine, options.CachedTokens > 0 ? options.CachedTokens : engine.CellCount / 2, Math.Max(1, Math.Min(CacheEntries, engine.SequenceCount / 4)));
        nodesLeft = new int[engine.SequenceCount];
        retiring = new RetiringAdapters(engine, cache, queue);
        loop = new Thread(Run) { IsBackground = true, Name = "SlmEdge batch loop" };
        loop.Start();
    }

    public int QueueCapacity => options.QueueCapacity;

    public int BatchTexts => options.BatchTexts;

    public bool IsStopped => Volatile.Read(ref disposed) != 0;

    public int Waiting => queue.Count;

    /// <summary>Evaluations that have ended. While requests are under way and this stands still, the engine hangs.</summary>
    public long Evaluations => Volatile.Read(ref evaluations);

    public Task<ScoreResult> Enqueue(ScoreRequest request)
    {
        Check(request);
        Add(request);
        return request.Task;
    }

    public Task<GenerateResult> Enqueue(GenerateRequest request)
    {
        Check(request);
        Add(request);
        return request.Task;
    }

    /// <summary>Queues a request and waits for room where there is none.</summary>
    public async ValueTask<Task<ScoreResult>> EnqueueWhenRoomAsync(ScoreRequest request)
    {
        Check(request);
        await AddWhenRoomAsync(request).ConfigureAwait(false);
        return request.Task;
    }

    /// <summary>Queues a request and waits for room where there is none.</summary>
    public async ValueTask<Task<GenerateResult>> EnqueueWhenRoomAsync(GenerateRequest request)
    {
        Check(request);
        await AddWhenRoomAsync(request).ConfigureAwait(false);
        return request.Task;
    }

    /// <summary>Whether <see cref="LoadAdapterAsync"/> can load anything.</summary>
    public bool SupportsAdapters => engine.SupportsAdapters;

    /// <summary>Loads an adapter between two evaluations.</summary>
    /// <param name="adapter">A slot with a key that was never used.</param>
    /// <param name="path">Its file, checked against the model.</param>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="EngineException">It does not load.</exception>
    public Task LoadAdapterAsync(AdapterSlot adapter, string path) => Command(() => engine.LoadAdapter(adapter.Key!, path));

    /// <summary>Frees an adapter after its last request. Nobody may begin with it any more.</summary>
    /// <returns>Ends when it is freed.</returns>
    public async Task UnloadAdapterAsync(AdapterSlot adapter)
    {
        var freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await Command(() => retiring.Add(adapter, freed)).ConfigureAwait(false);
            await freed.Task.ConfigureAwait(false);
        }
        catch (RuntimeStoppedException)
        {
            // The engine frees it with itself.
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        queue.Close();
        stop.Cancel();
        loop.Join();
        stop.Dispose();
        queue.Dispose();
    }

    private Task Command(Action work)
    {
        var done = commands.Add(work);
        queue.Wake();
        return done;
    }

    private void Check(ScoreRequest request)
    {
        CheckTokens(request.Prefix, "The prefix");
        CheckTokens(request.Tokens, "The text");
        var needed = (long)request.Prefix.Length + request.Tokens.Length + request.Labels.MaxDepth - 1;
        if (request.Tokens.Length == 0 || needed > engine.ContextLength)
        {
            throw new RuntimeException(
                $"A text of {request.Tokens.Length} tokens with {request.Prefix.Length} of its prefix and {request.Labels.MaxDepth - 1} of its labels does not fit the context of {engine.ContextLength}.");
        }

        if (request.Labels.MaxDepth + 1 > engine.SequenceCount)
        {
            throw new RuntimeException($"A label has {request.Labels.MaxDepth} tokens; the engine's {engine.SequenceCount} sequences are too few for that.");
        }
    }

    private void Check(GenerateRequest request)
    {
        CheckTokens(request.Prompt, "The prompt");
        request.Sampling.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxTokens, 1);
        if (request.Prompt.Length == 0 || request.Prompt.Length >= engine.ContextLength)
        {
            throw new RuntimeException(
                $"A prompt of {request.Prompt.Length} tokens does not leave room for an answer in the context of {engine.ContextLength}. Shorten it, or choose a longer context.");
        }
    }

    private void CheckTokens(ReadOnlySpan<int> tokens, string what)
    {
        var at = tokens.IndexOfAnyExceptInRange(0, engine.VocabularySize - 1);
        if (at >= 0)
        {
            throw new RuntimeException($"{what} has token {tokens[at]} at {at}, outside the vocabulary of {engine.VocabularySize}: is the tokenizer the model's own?");
        }
    }

    private void Add(SchedulerRequest request)
    {
        request.Cancellation.ThrowIfCancellationRequested();
        request.WatchCancellation();
        Enter(request);
        try
        {
            if (IsStopped)
            {
                throw new RuntimeStoppedException();
            }

            if (!queue.TryAdd(request))
            {
                throw new RuntimeBusyException(QueueCapacity, RetryAfter());
            }
        }
        catch (Exception error)
        {
            request.Abandon();
            request.Adapter!.Leave();
            if (error is ObjectDisposedException)
            {
                throw new RuntimeStoppedException();
            }

            throw;
        }
    }

    private void Enter(SchedulerRequest request)
    {
        request.Adapter ??= model;
        request.Adapter.Enter();
    }

    private async ValueTask AddWhenRoomAsync(SchedulerRequest request)
    {
        Enter(request);
        try
        {
            request.WatchCancellation();
            ObjectDisposedException.ThrowIf(IsStopped, this);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, request.Cancellation);
            await queue.AddWhenRoomAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            request.Abandon();
            request.Adapter!.Leave();
            if (IsStopped && error is OperationCanceledException or ObjectDisposedException && !request.Cancellation.IsCancellationRequested)
            {
                throw new RuntimeStoppedException();
            }

            request.Cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    private TimeSpan RetryAfter()
    {
        var evaluations = 1 + (QueueCapacity / BatchTexts);
        var estimate = TimeSpan.FromTicks(Volatile.Read(ref lastTicks) * evaluations);
        return estimate < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1)
            : estimate > TimeSpan.FromSeconds(60) ? TimeSpan.FromSeconds(60)
            : estimate;
    }

    private void Run()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                queue.Rest();
                commands.Run();
                Admit();
                if (works.Count > 0)
                {
                    Step();
                }

                retiring.FreeIdle(works);
                if (works.Count == 0 && again.Count == 0)
                {
                    queue.Wait(stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            // A defect of the loop itself: nobody may wait for ever because of it.
            FailAll(new RuntimeException($"The scheduler failed: {error.Message}", error));
            Interlocked.CompareExchange(ref disposed, 2, 0);
            queue.Close();
        }

        FailAll(new RuntimeStoppedException());
        commands.Close();
        retiring.Close();
    }

    private void FailAll(RuntimeException error)
    {
        foreach (var work in works.Concat(again))
        {
            work.Fail(error is RuntimeStoppedException ? new RuntimeStoppedException() : error);
        }

        works.Clear();
        again.Clear();
        foreach (var generation in new[] { false, true })
        {
            while (queue.Peek(generation) is { } request)
            {
                queue.Take(generation);
                request.Fail(error is RuntimeStoppedException ? new RuntimeStoppedException() : error);
            }
        }
    }

    private void Admit()
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

    private void Step()
    {
        RemoveFinished();
        if (works.Count == 0)
        {
            return;
        }

        Compose();
        if (batch.Count == 0)
        {
            Unblock();
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            engine.Evaluate(batch, stop.Token);
        }
        catch (Exception error) when (error is EngineException or ArgumentException)
        {
            Recover(error);
            return;
        }

        Volatile.Write(ref lastTicks, Stopwatch.GetElapsedTime(start).Ticks);
        Volatile.Write(ref evaluations, evaluations + 1);
        foreach (var work in inBatch)
        {
            try
            {
                work.Read(inBatch.Count);
            }
            catch (Exception error)
            {
                work.Fail(Wrap(error));
            }
        }

        RemoveFinished();
        if (IsSolo())
        {
            engine.Settle();
        }
    }

    /// <summary>Whether a text is alone whose labels are worked through like a stack, so that what is freed lies behind what is left.</summary>
    private bool IsSolo() => waveTexts == 1 && works.Count == 1 && works[0] is ScoreWork { IsStack: true };

    private void Compose()
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

    /// <summary>Nothing under way can go on: make room, or end the youngest.</summary>
    private void Unblock()
    {
        if (!cache.EvictOne())
        {
            GiveWay();
        }

        if (IsSolo())
        {
            engine.Settle();
        }
    }

    /// <summary>The youngest text whose labels took more than was expected begins again later; where there is none, the youngest request ends.</summary>
    private void GiveWay()
    {
        if (works.FindLast(static work => work is ScoreWork { CanBeginAgain: true }) is not ScoreWork score)
        {
            works[^1].Fail(new RuntimeBusyException(QueueCapacity, RetryAfter()));
            return;
        }

        works.Remove(score);
        score.BeginAgain();
        waveClosed = true;
        again.Enqueue(score);
    }

    private void Recover(Exception error)
    {
        if (inBatch.Count == 1)
        {
            inBatch[0].Fail(Wrap(error));
            if (inBatch[0] is PrefixWork failed)
            {
                foreach (var work in works)
                {
                    if (work is ScoreWork score && score.Prefix == failed.Entry)
                    {
                        work.Fail(Wrap(error));
                    }
                }
            }
        }

        // What the memory holds after a failure is not known.
        var suspected = inBatch.Count > 1;
        engine.Clear();
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

    private void RemoveFinished()
    {
        var left = 0;
        for (var i = 0; i < works.Count; i++)
        {
            if (works[i].IsFinished)
            {
                works[i].Release();
                if (works[i] is not PrefixWork)
                {
                    works[i].Adapter.Leave();
                }
            }
            else
            {
                works[left++] = works[i];
            }
        }

        works.RemoveRange(left, works.Count - left);
    }

    private static RuntimeException Wrap(Exception error) =>
        error as RuntimeException ?? new RuntimeException($"The engine could not evaluate the text: {error.Message}", error);
}
