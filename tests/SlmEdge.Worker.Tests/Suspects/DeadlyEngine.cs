using System.Diagnostics;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Tests.Suspects;

/// <summary>A real engine in this process, whose native code takes the process with it on one text.</summary>
internal sealed class DeadlyEngine(IServingEngine engine) : IServingEngine
{
    public const string Text = "this text ends the process";

    public ServedBundle Bundle => engine.Bundle;

    public EngineHealth Health => engine.Health;

    public int Waiting => engine.Waiting;

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => ClassifyAsync(texts, null, ct);

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct)
    {
        if (texts.Contains(Text))
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }

        return engine.ClassifyAsync(texts, options, ct);
    }

    public Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct) => engine.EmbedAsync(texts, ct);

    public Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct) => engine.ExtractAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) => engine.GenerateAsync(text, options, ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        engine.ChatAsync(messages, options, overflow, ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) => engine.VerifyGoldenAsync(ct);

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
