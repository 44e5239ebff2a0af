using SlmEdge.Bundles;

namespace SlmEdge.Runtime.Loading;

/// <summary>Loads an ONNX folder of a bundle.</summary>
internal static class OnnxModelLoader
{
    public static LoadedModel Load(Bundle bundle, ModelChoice choice, RuntimeOptions options) =>
        throw new InvalidOperationException("under construction");
}
