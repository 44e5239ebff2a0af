using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Worker.Serving;

/// <summary>
/// What answers the service's requests: a runtime in this process, or one somewhere else. Endpoints, jobs and connectors ask it and never a runtime
/// itself, so that the runtime can be restarted or replaced under them.
/// </summary>
/// <remarks>
/// Safe to use from several threads. The exceptions are those of the runtime's own methods; an engine that is being restarted answers with
/// <see cref="RuntimeStoppedException"/> or <see cref="RuntimeBusyException"/>, which mean "ask again". After disposal every call answers
/// <see cref="RuntimeStoppedException"/>.
/// </remarks>
internal interface IServingEngine : IAsyncDisposable
{
    /// <summary>What is served.</summary>
    ServedBundle Bundle { get; }

    /// <summary>Whether it can answer at this moment.</summary>
    EngineHealth Health { get; }

    /// <summary>Why it cannot answer; null when it can, or where nothing more is known.</summary>
    string? HealthDetail => null;

    /// <summary>Whether an end of the engine's native code is the end of this process.</summary>
    bool IsInThisProcess => true;

    /// <summary>Requests that wait in front of the engine.</summary>
    int Waiting { get; }

    /// <inheritdoc cref="Classifier.ClassifyAsync(IReadOnlyList{string}, CancellationToken)"/>
    Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct);

    /// <inheritdoc cref="Classifier.ClassifyAsync(IReadOnlyList{string}, ClassificationOptions?, CancellationToken)"/>
    Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct) =>
        options?.Adapter is null ? ClassifyAsync(texts, ct) : throw WithoutAdapters();

    /// <inheritdoc cref="Embedder.EmbedAsync(IReadOnlyList{string}, CancellationToken)"/>
    /// <exception cref="NotSupportedException">The bundle has no GGUF file, or its model is of a family that is not embedded with.</exception>
    Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct);

    /// <inheritdoc cref="AdapterCollection.List"/>
    IReadOnlyList<AdapterInfo> Adapters => [];

    /// <inheritdoc cref="AdapterCollection.LoadAsync"/>
    Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct) => throw WithoutAdapters();

    /// <inheritdoc cref="AdapterCollection.UnloadAsync"/>
    Task UnloadAdapterAsync(string name, CancellationToken ct) => throw WithoutAdapters();

    /// <inheritdoc cref="Extractor.ExtractAsync(string, ExtractionOptions?, CancellationToken)"/>
    Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct);

    /// <inheritdoc cref="Generator.StreamAsync"/>
    IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct);

    /// <summary>Answers a conversation; see <see cref="Runtime.Chat.ChatModel.StreamAsync"/>.</summary>
    IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct);

    /// <inheritdoc cref="SlmRuntime.VerifyGoldenAsync"/>
    Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct);

    private static AdapterException WithoutAdapters() => new(AdapterRefusal.NotSupported, "The engine that answers here takes no adapters.");
}
