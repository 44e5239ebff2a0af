using System.Diagnostics;
using SlmEdge.Engines;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// One loop on a thread of its own feeds one engine: <see cref="Admission"/> lets requests in, whatever their task, and <see cref="BatchFilling"/> gives those under way
/// their tokens of each evaluation.
/// </summary>
/// <remarks>
/// An evaluation computes with one adapter. Requests are let in adapter by adapter (<see cref="RequestLanes"/>), and those under way take turns (<see cref="AdapterTurns"/>).
/// </remarks>
internal sealed class SequenceScheduler : IDisposable
{
    private const int CacheEntries = 16;

    private readonly ISequenceEngine engine;
    private readonly SchedulerOptions options;
    private readonly RequestQueue queue;
    private readonly PrefixCache cache;
    private readonly Admission admission;
    private readonly BatchFilling filling;
    private readonly CancellationTokenSource stop = new();
    private readonly Thread loop;
    private readonly AdapterSlot model = new(null);
    private readonly LoopCommands commands = new();
    private readonly RetiringAdapters retiring;

    // In the order in which they were started.
    private readonly List<SequenceWork> works = [];
    private int disposed;

    // Written by the loop, read by callers that are turned away: how long an evaluation takes at present.
    private long lastTicks;
    private long evaluations;

    public SequenceScheduler(ISequenceEngine engine, SchedulerOptions options)
    {
        this.engine = engine;
        this.options = options;
        queue = new RequestQueue(options.QueueCapacity, options.AdapterTurn > 0 ? options.AdapterTurn : options.BatchTexts);
        var batchTokens = Math.Min(options.BatchTokens, engine.BatchTokens);

        cache = new PrefixCache(engine, options.CachedTokens > 0 ? options.CachedTokens : engine.CellCount / 2, Math.Max(1, Math.Min(CacheEntries, engine.SequenceCount / 4)));
        admission = new Admission(engine, options, batchTokens, queue, cache, works);
        filling = new BatchFilling(engine, batchTokens, works);
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
        engine.Check(request);
        Add(request);
        return request.Task;
    }

    public Task<GenerateResult> Enqueue(GenerateRequest request)
    {
        engine.Check(request);
        Add(request);
        return request.Task;
    }

    /// <summary>Queues a request and waits for room where there is none.</summary>
    public async ValueTask<Task<ScoreResult>> EnqueueWhenRoomAsync(ScoreRequest request)
    {
        engine.Check(request);
        await AddWhenRoomAsync(request).ConfigureAwait(false);
        return request.Task;
    }

    /// <summary>Queues a request and waits for room where there is none.</summary>
    public async ValueTask<Task<GenerateResult>> EnqueueWhenRoomAsync(GenerateRequest request)
    {
        engine.Check(request);
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
                admission.Admit();
                if (works.Count > 0)
                {
                    Step();
                }

                retiring.FreeIdle(works);
                if (works.Count == 0 && admission.Again.Count == 0)
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
        foreach (var work in works.Concat(admission.Again))
        {
            work.Fail(error is RuntimeStoppedException ? new RuntimeStoppedException() : error);
        }

        works.Clear();
        admission.Clear();
        foreach (var generation in new[] { false, true })
        {
            while (queue.Peek(generation) is { } request)
            {
                queue.Take(generation);
                request.Fail(error is RuntimeStoppedException ? new RuntimeStoppedException() : error);
            }
        }
    }

    private void Step()
    {
        RemoveFinished();
        if (works.Count == 0)
        {
            return;
        }

        filling.Compose();
        if (filling.Batch.Count == 0)
        {
            Unblock();
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            engine.Evaluate(filling.Batch, stop.Token);
        }
        catch (Exception error) when (error is EngineException or ArgumentException)
        {
            Recover(error);
            return;
        }

        Volatile.Write(ref lastTicks, Stopwatch.GetElapsedTime(start).Ticks);
        Volatile.Write(ref evaluations, evaluations + 1);
        foreach (var work in filling.InBatch)
        {
            try
            {
                work.Read(filling.InBatch.Count);
            }
            catch (Exception error)
            {
                work.Fail(Wrap(error));
            }
        }

        RemoveFinished();
        if (admission.IsSolo())
        {
            engine.Settle();
        }
    }

    /// <summary>Nothing under way can go on: make room, or end the youngest.</summary>
    private void Unblock()
    {
        if (!cache.EvictOne())
        {
            GiveWay();
        }

        if (admission.IsSolo())
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
        admission.StartAgain(score);
    }

    private void Recover(Exception error)
    {
        var inBatch = filling.InBatch;
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
        engine.Clear();
        admission.StartAllAgain(suspected: inBatch.Count > 1);
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
