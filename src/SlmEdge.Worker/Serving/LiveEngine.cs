using System.Diagnostics;
using System.Runtime.CompilerServices;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Worker.Serving;

/// <summary>
/// The engine that answers at this moment, which can be replaced while requests run: a request ends on the engine it began with, and an engine that was
/// replaced is disposed after its last request.
/// </summary>
internal sealed class LiveEngine(IServingEngine first) : IServingEngine
{
    private readonly Lock gate = new();
    private Tenure current = new(first);

    public ServedBundle Bundle => Volatile.Read(ref current).Engine.Bundle;

    public EngineHealth Health => Volatile.Read(ref current).Engine.Health;

    public string? HealthDetail => Volatile.Read(ref current).Engine.HealthDetail;

    public bool IsInThisProcess => Volatile.Read(ref current).Engine.IsInThisProcess;

    public int Waiting => Volatile.Read(ref current).Engine.Waiting;

    /// <summary>Hears of every answer and failure; null for nobody. Set before the first request.</summary>
    public IAnswerObserver? Observer { get; set; }

    /// <summary>Lets another engine answer from now on.</summary>
    /// <param name="next">The engine; this one owns it from here on.</param>
    /// <returns>Ends when the last request of the engine before has ended and that engine is disposed.</returns>
    public async Task SwitchAsync(IServingEngine next)
    {
        Tenure before;
        lock (gate)
        {
            before = current;
            Volatile.Write(ref current, new Tenure(next));
        }

        await before.EndAsync().ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct)
    {
        return await ClassifyAsync(texts, null, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct)
    {
        using var lease = Begin();
        var began = Stopwatch.GetTimestamp();
        try
        {
            var decisions = await lease.Engine.ClassifyAsync(texts, options, ct).ConfigureAwait(false);
            Observer?.Decided(lease.Engine, decisions, options, Stopwatch.GetElapsedTime(began));
            return decisions;
        }
        catch (Exception error)
        {
            Observer?.Failed(lease.Engine, error);
            throw;
        }
    }

    public async Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct)
    {
        using var lease = Begin();
        return await lease.Engine.EmbedAsync(texts, ct).ConfigureAwait(false);
    }

    public IReadOnlyList<AdapterInfo> Adapters => Volatile.Read(ref current).Engine.Adapters;

    public async Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct)
    {
        using var lease = Begin();
        return await lease.Engine.LoadAdapterAsync(path, options, ct).ConfigureAwait(false);
    }

    public async Task UnloadAdapterAsync(string name, CancellationToken ct)
    {
        using var lease = Begin();
        await lease.Engine.UnloadAdapterAsync(name, ct).ConfigureAwait(false);
    }

    public async Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct)
    {
        using var lease = Begin();
        var began = Stopwatch.GetTimestamp();
        try
        {
            var result = await lease.Engine.ExtractAsync(text, options, ct).ConfigureAwait(false);
            Observer?.Written(lease.Engine, Stopwatch.GetElapsedTime(began));
            return result;
        }
        catch (Exception error)
        {
            Observer?.Failed(lease.Engine, error);
            throw;
        }
    }

    public async IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        using var lease = Begin();
        await foreach (var update in ObserveAsync(lease.Engine, lease.Engine.GenerateAsync(text, options, ct), ct).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    public async IAsyncEnumerable<GenerationUpdate> ChatAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, [EnumeratorCancellation] CancellationToken ct)
    {
        using var lease = Begin();
        await foreach (var update in ObserveAsync(lease.Engine, lease.Engine.ChatAsync(messages, options, overflow, ct), ct).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    public async Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct)
    {
        using var lease = Begin();
        return await lease.Engine.VerifyGoldenAsync(ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await Volatile.Read(ref current).Engine.DisposeAsync().ConfigureAwait(false);

    // An iterator cannot yield within a try that has a catch: the steps are taken by hand.
    private async IAsyncEnumerable<GenerationUpdate> ObserveAsync(IServingEngine engine, IAsyncEnumerable<GenerationUpdate> updates, [EnumeratorCancellation] CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        await using var steps = updates.GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await steps.MoveNextAsync().ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (Exception error)
            {
                Observer?.Failed(engine, error);
                throw;
            }

            yield return steps.Current;
        }

        Observer?.Written(engine, Stopwatch.GetElapsedTime(began));
    }

    private Lease Begin()
    {
        lock (gate)
        {
            return current.Begin();
        }
    }

    /// <summary>An engine's time in front, with the number of requests that it still answers. Begun under the owner's lock.</summary>
    private sealed class Tenure(IServingEngine engine)
    {
        private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // One for being in front, one for each request.
        private int holders = 1;

        public IServingEngine Engine => engine;

        public Lease Begin()
        {
            Interlocked.Increment(ref holders);
            return new Lease(this);
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref holders) == 0)
            {
                idle.SetResult();
            }
        }

        public async Task EndAsync()
        {
            Release();
            await idle.Task.ConfigureAwait(false);
            await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private readonly struct Lease(Tenure tenure) : IDisposable
    {
        public IServingEngine Engine => tenure.Engine;

        public void Dispose() => tenure.Release();
    }
}
