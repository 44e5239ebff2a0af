using System.Text.Json;
using System.Text.Json.Serialization;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Engines;
using SlmEdge.Engines.Memory;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Runtime.Memory;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Isolation;

/// <summary>Payload of <see cref="FrameKind.Open"/>.</summary>
internal sealed record OpenMessage(int Version, string Path, RuntimeOptions Options);

/// <summary>Answer to <see cref="FrameKind.Open"/>: <see cref="ServedBundle"/> with the manifest as the bundle writes it.</summary>
internal sealed record OpenedMessage(
    byte[] Manifest, BundleSignatureState Signature, string Engine, string File, EngineInfo EngineInfo, int ContextLength, string PromptSha256, bool IsDeterministic, double? AbstainBelow,
    byte[]? Drift)
{
    public static OpenedMessage Of(ServedBundle served) => new(
        served.Manifest.ToUtf8(), served.Signature, served.Engine, served.File, served.EngineInfo, served.ContextLength, served.PromptSha256, served.IsDeterministic, served.AbstainBelow,
        served.Drift?.ToUtf8());

    public ServedBundle ToBundle() => new()
    {
        Manifest = BundleManifest.Parse(Manifest),
        Signature = Signature,
        Engine = Engine,
        File = File,
        EngineInfo = EngineInfo,
        ContextLength = ContextLength,
        PromptSha256 = PromptSha256,
        IsDeterministic = IsDeterministic,
        AbstainBelow = AbstainBelow,
        Drift = Drift is null ? null : DriftReference.Parse(Drift),
    };
}

/// <summary>Payload of <see cref="FrameKind.Classify"/>.</summary>
internal sealed record ClassifyMessage(IReadOnlyList<string> Texts, string? Adapter, RequestPriority Priority);

/// <summary>Payload of <see cref="FrameKind.Extract"/>.</summary>
internal sealed record ExtractMessage(string Text, ExtractionOptions Options);

/// <summary>Payload of <see cref="FrameKind.Generate"/>: a text, or a conversation.</summary>
internal sealed record GenerateMessage(string? Text, IReadOnlyList<ChatMessage>? Messages, ContextOverflow Overflow, GenerationSettings Options);

/// <summary><see cref="GenerationOptions"/> with the schema as JSON.</summary>
internal sealed record GenerationSettings(
    int MaxTokens, SamplingOptions Sampling, IReadOnlyList<string> Stop, JsonElement? Schema, RequestPriority Priority, TimeSpan? Deadline, string? Adapter)
{
    public static GenerationSettings Of(GenerationOptions options) =>
        new(options.MaxTokens, options.Sampling, options.Stop, options.Schema?.Source, options.Priority, options.Deadline, options.Adapter);

    public GenerationOptions ToOptions() => new()
    {
        MaxTokens = MaxTokens,
        Sampling = Sampling,
        Stop = Stop,
        Schema = Schema is { } schema ? JsonSchema.Parse(schema) : null,
        Priority = Priority,
        Deadline = Deadline,
        Adapter = Adapter,
    };
}

/// <summary>Payload of <see cref="FrameKind.LoadAdapter"/>; the keys as SubjectPublicKeyInfo.</summary>
internal sealed record LoadAdapterMessage(string Path, string? Name, IReadOnlyList<byte[]> TrustedKeys, bool RequireSignature, bool VerifyGolden);

/// <summary>Answer to <see cref="FrameKind.LoadAdapter"/>; the reference as its bundle writes it.</summary>
internal sealed record LoadedAdapterMessage(AdapterInfo Info, byte[]? Drift)
{
    public static LoadedAdapterMessage Of(AdapterInfo info) => new(info, info.Drift?.ToUtf8());

    public AdapterInfo ToInfo() => Drift is null ? Info : Info with { Drift = DriftReference.Parse(Drift) };
}

/// <summary>Payload of <see cref="FrameKind.Pong"/>: evaluations that the scheduler has ended, and requests in front of it.</summary>
internal sealed record PongMessage(long Passes, int Waiting);

/// <summary>Payload of <see cref="FrameKind.Error"/>: an exception of the runtime, with what its type carries.</summary>
internal sealed record ErrorMessage(
    string Type, string Message, InvalidTextReason Reason = default, long Index = 0, int Capacity = 0, TimeSpan First = default, TimeSpan Second = default, AdapterRefusal Refusal = default,
    MemoryEstimate? Estimate = null, long Limit = 0)
{
    public static ErrorMessage Of(Exception error) => error switch
    {
        InvalidTextException invalid => new(nameof(InvalidTextException), invalid.Message, Reason: invalid.Reason, Index: invalid.Index),
        RuntimeBusyException busy => new(nameof(RuntimeBusyException), busy.Message, Capacity: busy.QueueCapacity, First: busy.RetryAfter),
        DeadlineMissedException missed => new(nameof(DeadlineMissedException), missed.Message, First: missed.Deadline, Second: missed.Waited),
        RuntimeStoppedException => new(nameof(RuntimeStoppedException), error.Message),
        AdapterException refused => new(nameof(AdapterException), refused.Message, Refusal: refused.Refusal),
        ModelMemoryException memory => new(nameof(ModelMemoryException), memory.Message, Estimate: memory.Estimate, Limit: memory.Limit),
        NotSupportedException => new(nameof(NotSupportedException), error.Message),
        OperationCanceledException => new(nameof(OperationCanceledException), error.Message),
        ArgumentException => new(nameof(ArgumentException), error.Message),
        _ => new(nameof(RuntimeException), error.Message),
    };

    public Exception ToException() => Type switch
    {
        nameof(InvalidTextException) => new InvalidTextException(Reason, Message, Index),
        nameof(RuntimeBusyException) => new RuntimeBusyException(Capacity, First),
        nameof(DeadlineMissedException) => new DeadlineMissedException(First, Second),
        nameof(RuntimeStoppedException) => new RuntimeStoppedException(),
        nameof(AdapterException) => new AdapterException(Refusal, Message),
        nameof(ModelMemoryException) when Estimate is not null => new ModelMemoryException(Message, Estimate, Limit),
        nameof(NotSupportedException) => new NotSupportedException(Message),
        nameof(OperationCanceledException) => new OperationCanceledException(Message),
        nameof(ArgumentException) => new ArgumentException(Message),
        _ => new RuntimeException(Message),
    };
}

/// <summary>The messages as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenMessage))]
[JsonSerializable(typeof(OpenedMessage))]
[JsonSerializable(typeof(ClassifyMessage))]
[JsonSerializable(typeof(ExtractMessage))]
[JsonSerializable(typeof(GenerateMessage))]
[JsonSerializable(typeof(LoadAdapterMessage))]
[JsonSerializable(typeof(PongMessage))]
[JsonSerializable(typeof(ErrorMessage))]
[JsonSerializable(typeof(IReadOnlyList<Decision>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<EmbeddedText>))]
[JsonSerializable(typeof(ExtractionResult))]
[JsonSerializable(typeof(GenerationUpdate))]
[JsonSerializable(typeof(IReadOnlyList<GoldenResult>))]
[JsonSerializable(typeof(LoadedAdapterMessage))]
[JsonSerializable(typeof(string))]
internal sealed partial class EngineJson : JsonSerializerContext;
