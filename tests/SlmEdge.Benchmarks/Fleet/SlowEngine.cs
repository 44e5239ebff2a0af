using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Benchmarks.Fleet;

/// <summary>
/// A box whose model is slow: it decides with the real engine, one text after another, and each takes a given time longer. The time is waited and not computed, so that
/// several such boxes can stand on one machine as if each had processors of its own.
/// </summary>
internal sealed class SlowEngine(IServingEngine engine, TimeSpan wait) : IServingEngine
{
    private readonly SemaphoreSlim turn = new(1);

    public ServedBundle Bundle => engine.Bundle;

    public EngineHealth Health => engine.Health;

    public int Waiting => engine.Waiting;

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => ClassifyAsync(texts, null, ct);

    public async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        try
        {
            await Task.Delay(wait * texts.Count, ct);
            return await engine.ClassifyAsync(texts, options, ct);
        }
        finally
        {
            turn.Release();
        }
    }

    public Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct) => engine.EmbedAsync(texts, ct);

    public Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct) => engine.ExtractAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) => engine.GenerateAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        engine.ChatAsync(messages, options, overflow, ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) => engine.VerifyGoldenAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        turn.Dispose();
    }
}
