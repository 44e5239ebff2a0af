using System.Runtime.CompilerServices;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Metrics;

/// <summary>Counts what an engine answers. Disposal is its owner's.</summary>
internal sealed class MeasuredEngine(IServingEngine engine, ServiceMetrics metrics) : IServingEngine
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
        metrics.Asked("classify");
        try
        {
            var decisions = await engine.ClassifyAsync(texts, options, ct).ConfigureAwait(false);
            foreach (var decision in decisions)
            {
                metrics.Decided(decision);
            }

            return decisions;
        }
        catch (Exception error)
        {
            metrics.Failed(error);
            throw;
        }
    }

    public async Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct)
    {
        metrics.Asked("embed");
        try
        {
            return await engine.EmbedAsync(texts, ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            metrics.Failed(error);
            throw;
        }
    }

    public async Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct)
    {
        metrics.Asked("extract");
        try
        {
            var extracted = await engine.ExtractAsync(text, options, ct).ConfigureAwait(false);
            metrics.Answered(extracted.Usage, extracted.Timings, extracted.Truncated);
            return extracted;
        }
        catch (Exception error)
        {
            metrics.Failed(error);
            throw;
        }
    }

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) =>
        CountAsync("generate", engine.GenerateAsync(text, options, ct), ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        CountAsync("chat", engine.ChatAsync(messages, options, overflow, ct), ct);

    public Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct) => engine.LoadAdapterAsync(path, options, ct);

    public Task UnloadAdapterAsync(string name, CancellationToken ct) => engine.UnloadAdapterAsync(name, ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) => engine.VerifyGoldenAsync(ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async IAsyncEnumerable<GenerationUpdate> CountAsync(string operation, IAsyncEnumerable<GenerationUpdate> updates, [EnumeratorCancellation] CancellationToken ct)
    {
        metrics.Asked(operation);
        await using var source = updates.GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await source.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (Exception error)
            {
                metrics.Failed(error);
                throw;
            }

            if (source.Current.Result is { } answer)
            {
                metrics.Answered(answer.Usage, answer.Timings, answer.Truncated);
            }

            yield return source.Current;
        }
    }
}
