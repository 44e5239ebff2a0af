using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;

namespace SlmEdge.Runtime.Loading;

/// <summary>The engines of this device against those that a bundle was tested with.</summary>
internal static class EngineVersions
{
    /// <summary>Refuses engines that are older. An engine that the bundle says nothing of is not loaded for this.</summary>
    /// <param name="manifest">The bundle, or the adapter.</param>
    /// <param name="engine">What is to compute; llama.cpp tokenises for both.</param>
    /// <param name="bundle">What the error calls the bundle.</param>
    /// <exception cref="BundleRequirementException">An engine is older.</exception>
    public static void Check(BundleManifest manifest, string engine, string? bundle)
    {
        if (manifest.Requires?.Llama is { } llama)
        {
            BundleRequirements.CheckEngine("llama.cpp", llama, LlamaCppEngine.ReadLibraryVersion(), bundle);
        }

        if (engine == ModelChoice.Onnx && manifest.Requires?.Onnx is { } onnx)
        {
            BundleRequirements.CheckEngine("ONNX Runtime", onnx, OnnxEngine.ReadLibraryVersion(), bundle);
        }
    }
}
