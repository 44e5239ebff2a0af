using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Engines;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Worker.Serving;

/// <summary>What an engine serves: facts that do not change while it runs.</summary>
internal sealed record ServedBundle
{
    /// <summary>The bundle's manifest.</summary>
    public required BundleManifest Manifest { get; init; }

    /// <summary>Whether the bundle is signed, and by a trusted key.</summary>
    public required BundleSignatureState Signature { get; init; }

    /// <summary><c>llama</c> or <c>onnx</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The model file in the bundle that is loaded.</summary>
    public required string File { get; init; }

    /// <summary>The engine's version and hardware level.</summary>
    public required EngineInfo EngineInfo { get; init; }

    /// <summary>Tokens of one sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Identity of task and rendering, lower-case hex.</summary>
    public required string PromptSha256 { get; init; }

    /// <summary>Whether answers are the same bits whatever else runs.</summary>
    public required bool IsDeterministic { get; init; }

    /// <summary>The probability below which a classification abstains; null for tasks of another kind.</summary>
    public required double? AbstainBelow { get; init; }

    /// <summary>What recent texts are compared with; null for bundles without it.</summary>
    public DriftReference? Drift { get; init; }

    /// <summary>What the bundle's task is.</summary>
    public TaskKind Kind => Manifest.Task.Kind;

    public static ServedBundle Of(SlmRuntime runtime) => new()
    {
        Manifest = runtime.Manifest,
        Signature = runtime.Signature,
        Engine = runtime.Engine,
        File = runtime.File,
        EngineInfo = runtime.EngineInfo,
        ContextLength = runtime.ContextLength,
        PromptSha256 = runtime.PromptSha256,
        IsDeterministic = runtime.IsDeterministic,
        Drift = runtime.Drift,
        AbstainBelow = runtime.Kind == TaskKind.Classify ? runtime.Classifier.AbstainBelow : null,
    };
}
