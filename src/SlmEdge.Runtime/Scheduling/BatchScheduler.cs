using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using SlmEdge.Engines;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>
/// One loop on a thread of its own feeds one engine: the waiting texts of all callers are evaluated together, up to a
/// budget of tokens. The queue is bounded.
/// </summary>
internal sealed class BatchScheduler : IDisposable
{
    private readonly IEngine engine;
    private readonly int[] prefix;
    private readonly LabelTrie labels;
    private readonly int batchTokens;
    private readonly int batchTexts;
    private readonly Channel<ScoreRequest> queue;
    private readonly CancellationTokenSource stop = new();
    private readonly Thread loop;
    private int disposed;

    // Written by the loop, read by callers that are turned away: how long a batch takes at present.
    private long lastBatchTicks;

    public BatchScheduler(IEngine engine, int[] prefix, LabelTrie labels, int batchTokens, int batchTexts, int queueCapacity)
    {
        this.engine = engine;
        this.prefix = prefix;
        this.labels = labels;
        this.batchTokens = batchTokens;
        this.batchTexts = batchTexts;
        QueueCapacity = queueCapacity;
        queue = Channel.CreateBounded<ScoreRequest>(new BoundedChannelOptions(queueCapacity)
        {
            SingleReader = false, // Dispose drains what the loop left.
            FullMode = BoundedChannelFullMode.Wait,
        });
        loop = new Thread(Run) { IsBackground = true, Name = "SlmEdge batch loop" };
        loop.Start();
    }

    public int QueueCapacity { get; }

    public int BatchTexts => batchTexts;

    public bool IsStopped => Volatile.Read(ref disposed) != 0;

    public int Waiting => queue.Reader.Count;

    /// <summary>Queues a text, or throws <see cref="RuntimeBusyException"/> when there is no room.</summary>
    public Task<ScoreResult> Enqueue(int[] tokens, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var request = new ScoreRequest(tokens, ct);
        request.WatchCancellation();
        if (!queue.Writer.TryWrite(request))
        {
            request.Abandon();
            throw IsStopped ? new RuntimeStoppedException() : new RuntimeBusyException(QueueCapacity, RetryAfter());
        }

        return request.Task;
    }

    /// <summary>Queues a text and waits for room where there is none.</summary>
    public async ValueTask<Task<ScoreResult>> EnqueueWhenRoomAsync(int[] tokens, CancellationToken ct)
    {
        var request = new ScoreRequest(tokens, ct);
        try
        {
            request.WatchCancellation();
            await queue.Writer.WriteAsync(request, ct).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            request.Abandon();
            throw new RuntimeStoppedException();
        }

        return request.Task;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        queue.Writer.TryComplete();
        stop.Cancel();
        loop.Join();
        stop.Dispose();
    }

    private TimeSpan RetryAfter()
    {
        var batches = 1 + (QueueCapacity / batchTexts);
        var estimate = TimeSpan.FromTicks(Volatile.Read(ref lastBatchTicks) * batches);
        return estimate < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1)
            : estimate > TimeSpan.FromSeconds(60) ? TimeSpan.FromSeconds(60)
            : estimate;
    }

    private void Run()
    {
        var batch = new List<ScoreRequest>(batchTexts);
        var reader = queue.Reader;
        while (!stop.IsCancellationRequested && WaitToRead(reader))
        {
            Collect(reader, batch);
            if (batch.Count > 0)
            {
                Evaluate(batch);
                batch.Clear();
            }
        }

        while (reader.TryRead(out var left))
        {
            left.Fail(new RuntimeStoppedException());
        }
    }

    private static bool WaitToRead(ChannelReader<ScoreRequest> reader)
    {
        var wait = reader.WaitToReadAsync();
        return wait.IsCompleted ? wait.Result : wait.AsTask().GetAwaiter().GetResult();
    }

    private void Collect(ChannelReader<ScoreRequest> reader, List<ScoreRequest> batch)
    {
        var tokens = 0;
        while (batch.Count < batchTexts && reader.TryPeek(out var next))
        {
            if (batch.Count > 0 && tokens + next.Tokens.Length > batchTokens)
            {
                return;
            }

            reader.TryRead(out _);
            if (!next.IsFinished)
            {
                batch.Add(next);
                tokens += next.Tokens.Length;
            }
        }
    }

    private void Evaluate(List<ScoreRequest> batch)
    {
        try
        {
            Score(batch);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            FailAll(batch, static () => new RuntimeStoppedException());
        }
        catch (OperationCanceledException)
        {
            // Every caller of the batch has gone; each already has its cancellation.
        }
        catch (Exception error) when (batch.Count > 1 && error is EngineException or ArgumentException)
        {
            // One text may have spoilt the batch; the others' callers must not pay for it.
            foreach (var request in batch)
            {
                Evaluate([request]);
            }
        }
        catch (Exception error)
        {
            var captured = ExceptionDispatchInfo.Capture(error).SourceException;
            FailAll(batch, () => new RuntimeException($"The engine could not evaluate the text: {captured.Message}", captured));
        }
    }

    private void Score(List<ScoreRequest> batch)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        using var watch = new BatchCancellation(batch, cancellation);
        var texts = new int[batch.Count][];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = batch[i].Tokens;
        }

        var labelCount = labels.LabelCount;
        var scores = new float[texts.Length * labelCount];
        var start = Stopwatch.GetTimestamp();
        engine.ScoreLabels(prefix, texts, labels, scores, cancellation.Token);
        var evaluated = Stopwatch.GetElapsedTime(start);
        Volatile.Write(ref lastBatchTicks, evaluated.Ticks);
        for (var i = 0; i < texts.Length; i++)
        {
            var row = scores.AsSpan(i * labelCount, labelCount).ToArray();
            batch[i].Complete(new ScoreResult(row, Stopwatch.GetElapsedTime(batch[i].CreatedAt, start), evaluated, texts.Length));
        }
    }

    private static void FailAll(List<ScoreRequest> batch, Func<Exception> error)
    {
        foreach (var request in batch)
        {
            request.Fail(error());
        }
    }
}
