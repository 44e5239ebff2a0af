using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Isolation;

/// <summary>An engine in a process of its own: what is asked goes there as messages, and <see cref="EngineSupervisor"/> keeps the process alive.</summary>
internal sealed class ChildEngine : IServingEngine
{
    private readonly EngineSupervisor supervisor;

    private ChildEngine(EngineSupervisor supervisor) => this.supervisor = supervisor;

    public ServedBundle Bundle => supervisor.Bundle;

    public bool IsInThisProcess => false;

    public EngineHealth Health => supervisor.Health;

    public string? HealthDetail => supervisor.HealthDetail;

    public int Waiting => supervisor.Waiting;

    /// <inheritdoc cref="EngineSupervisor.ProcessId"/>
    public int? ProcessId => supervisor.ProcessId;

    public IReadOnlyList<AdapterInfo> Adapters => supervisor.Adapters;

    /// <inheritdoc cref="EngineSupervisor.StartAsync"/>
    public static async Task<ChildEngine> StartAsync(string path, RuntimeOptions runtime, IsolationOptions options, WorkerLog log, CancellationToken ct) =>
        new(await EngineSupervisor.StartAsync(path, runtime, options, log, ct).ConfigureAwait(false));

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => ClassifyAsync(texts, null, ct);

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct) => AskAsync(
        FrameKind.Classify, new ClassifyMessage(texts, options?.Adapter, options?.Priority ?? default), EngineJson.Default.ClassifyMessage, EngineJson.Default.IReadOnlyListDecision, ct);

    public Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct) =>
        AskAsync(FrameKind.Embed, texts, EngineJson.Default.IReadOnlyListString, EngineJson.Default.IReadOnlyListEmbeddedText, ct);

    public Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct) =>
        AskAsync(FrameKind.Extract, new ExtractMessage(text, options), EngineJson.Default.ExtractMessage, EngineJson.Default.ExtractionResult, ct);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) =>
        WriteAsync(new GenerateMessage(text, null, default, GenerationSettings.Of(options)), ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        WriteAsync(new GenerateMessage(null, messages, overflow, GenerationSettings.Of(options)), ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) =>
        AskAsync(FrameKind.Golden, "", EngineJson.Default.String, EngineJson.Default.IReadOnlyListGoldenResult, ct);

    public async Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct)
    {
        var message = new LoadAdapterMessage(
            Path.GetFullPath(path), options.Name, [.. options.TrustedKeys.Select(key => key.ExportSubjectPublicKeyInfo())], options.RequireSignature, options.VerifyGolden);
        var info = await AskAsync(FrameKind.LoadAdapter, message, EngineJson.Default.LoadAdapterMessage, EngineJson.Default.AdapterInfo, ct).ConfigureAwait(false);

        // The golden examples have passed: the next life loads it without trying them again.
        supervisor.Keep(info, Bytes(message with { Name = info.Name, VerifyGolden = false }, EngineJson.Default.LoadAdapterMessage));
        return info;
    }

    public async Task UnloadAdapterAsync(string name, CancellationToken ct)
    {
        await supervisor.AskAsync(FrameKind.UnloadAdapter, Bytes(name, EngineJson.Default.String), ct).ConfigureAwait(false);
        supervisor.Forget(name);
    }

    public ValueTask DisposeAsync() => supervisor.DisposeAsync();

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private async Task<TAnswer> AskAsync<TMessage, TAnswer>(FrameKind kind, TMessage message, JsonTypeInfo<TMessage> sent, JsonTypeInfo<TAnswer> received, CancellationToken ct) =>
        JsonSerializer.Deserialize(await supervisor.AskAsync(kind, Bytes(message, sent), ct).ConfigureAwait(false), received)!;

    private IAsyncEnumerable<GenerationUpdate> WriteAsync(GenerateMessage message, CancellationToken ct) =>
        supervisor.StreamAsync(FrameKind.Generate, Bytes(message, EngineJson.Default.GenerateMessage), ct);
}
