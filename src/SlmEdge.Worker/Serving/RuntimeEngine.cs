using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Worker.Serving;

/// <summary>A runtime in this process.</summary>
/// <param name="runtime">The runtime.</param>
/// <param name="owned">Whether it is disposed with the engine.</param>
internal sealed class RuntimeEngine(SlmRuntime runtime, bool owned) : IServingEngine
{
    private readonly EmbedderOnDemand embedder = new(runtime);

    public ServedBundle Bundle { get; } = ServedBundle.Of(runtime);

    public EngineHealth Health => EngineHealth.Ready;

    public int Waiting => runtime.WaitingTexts;

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => runtime.Classifier.ClassifyAsync(texts, ct);

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct) =>
        runtime.Classifier.ClassifyAsync(texts, options, ct);

    /// <summary>Evaluations of both engines that have ended: while requests are under way and this stands still, one of them hangs.</summary>
    public long Evaluations => runtime.Evaluations + embedder.Evaluations;

    public Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct) => embedder.EmbedAsync(texts, ct);

    public IReadOnlyList<AdapterInfo> Adapters => runtime.Adapters.List();

    public Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct) => runtime.Adapters.LoadAsync(path, options, ct);

    public Task UnloadAdapterAsync(string name, CancellationToken ct) => runtime.Adapters.UnloadAsync(name, ct);

    public Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct) => runtime.Extractor.ExtractAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) =>
        runtime.Generator.StreamAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        runtime.Chat.StreamAsync(messages, options, overflow, ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) => runtime.VerifyGoldenAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await embedder.DisposeAsync().ConfigureAwait(false);
        if (owned)
        {
            runtime.Dispose();
        }
    }
}
