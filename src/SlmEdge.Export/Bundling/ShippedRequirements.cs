using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Bundling;

/// <summary>What a device needs for a bundle: the engines that scored its files, or newer ones.</summary>
internal static class ShippedRequirements
{
    /// <param name="stages">The stages; those with a file are shipped.</param>
    public static BundleRequirements Of(IEnumerable<StageDefinition> stages) => new()
    {
        SlmEdge = BundleRequirements.ReadableSince,
        Llama = BundleRequirements.NumbersOf(LlamaCppEngine.ReadLibraryVersion()), // It tokenises for ONNX Runtime too.
        Onnx = stages.Any(stage => stage is { File: not null, Engine: "onnxruntime" }) ? BundleRequirements.NumbersOf(OnnxEngine.ReadLibraryVersion()) : null,
    };
}
