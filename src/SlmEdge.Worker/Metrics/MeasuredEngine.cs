using System.Diagnostics;
using System.Runtime.CompilerServices;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Metrics;

/// <summary>Counts what an engine answers, and shows its answers to the comparison with the reference. Disposal is its owner's.</summary>
internal sealed class MeasuredEngine(IServingEngine engine, ServiceMetrics metrics, DriftWatch drift) : IServingEngine
{
    public ServedBundle Bundle => engine.Bundle;

    public EngineHealth Health => engine.Health;

    public string? HealthDetail => engine.HealthDetail;

    public bool IsInThisProcess => engine.IsInThisProcess;

    public int Waiting => engine.Waiting;

    public IReadOnlyList<AdapterInfo> Adapters => engine.Adapters;

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => ClassifyAsync(texts, null, ct);

    public async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct)
    {
        var figures = Begin("classify", options?.Adapter);
        try
        {
            var bundle = engine.Bundle;
            var decisions = await engine.ClassifyAsync(texts, options, ct).ConfigureAwait(false);
            foreach (var decision in decisions)
            {
                figures.Decided(decision);
            }

            drift.Decided(engine, bundle, decisions);
            return decisions;
        }
        catch (Exception error)
        {
            figures.Failed(ServiceMetrics.Reason(error));
            throw;
        }
    }

    public async Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct)
    {
        var figures = Begin("embed", null);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var embedded = await engine.EmbedAsync(texts, ct).ConfigureAwait(false);
            figures.Embedded(embedded, Stopwatch.GetElapsedTime(began));
            return embedded;
        }
        catch (Exception error)
        {
            figures.Failed(ServiceMetrics.Reason(error));
            throw;
        }
    }

    public async Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct)
    {
        var figures = Begin("extract", options.Adapter);
        try
        {
            var bundle = engine.Bundle;
            var extracted = await engine.ExtractAsync(text, options, ct).ConfigureAwait(false);
            figures.Answered(extracted.Usage, extracted.Timings, extracted.Truncated);
            drift.Answered(engine, bundle, extracted);
            return extracted;
        }
        catch (Exception error)
        {
            figures.Failed(ServiceMetrics.Reason(error));
            throw;
        }
    }

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) =>
        CountAsync("generate", options.Adapter, engine.GenerateAsync(text, options, ct), ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        CountAsync("chat", options.Adapter, engine.ChatAsync(messages, options, overflow, ct), ct);

    public Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct) => engine.LoadAdapterAsync(path, options, ct);

    public Task UnloadAdapterAsync(string name, CancellationToken ct) => engine.UnloadAdapterAsync(name, ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) => engine.VerifyGoldenAsync(ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private OperationFigures Begin(string operation, string? adapter)
    {
        var figures = metrics.Of(operation, adapter, adapter is null ? [] : engine.Adapters);
        figures.Asked();
        return figures;
    }

    private async IAsyncEnumerable<GenerationUpdate> CountAsync(
        string operation, string? adapter, IAsyncEnumerable<GenerationUpdate> updates, [EnumeratorCancellation] CancellationToken ct)
    {
        var figures = Begin(operation, adapter);
        string? outcome = "cancelled";
        var bundle = engine.Bundle;
        try
        {
            await using var source = updates.GetAsyncEnumerator(ct);
            while (true)
            {
                try
                {
                    if (!await source.MoveNextAsync().ConfigureAwait(false))
                    {
                        outcome = null;
                        yield break;
                    }
                }
                catch (Exception error)
                {
                    outcome = ServiceMetrics.Reason(error);
                    throw;
                }

                if (source.Current.Result is { } answer)
                {
                    figures.Answered(answer.Usage, answer.Timings, answer.Truncated);
                    drift.Answered(engine, bundle, answer);
                    outcome = null;
                }

                yield return source.Current;
            }
        }
        finally
        {
            // A reader that stops before the answer ends, because its client has left, throws nothing.
            if (outcome is not null)
            {
                figures.Failed(outcome);
            }
        }
    }
}
