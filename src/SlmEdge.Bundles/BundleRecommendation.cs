namespace SlmEdge.Bundles;

/// <summary>Which model file to run when the user does not say.</summary>
/// <param name="Engine"><c>llama</c> or <c>onnx</c>.</param>
/// <param name="File">Path in the bundle: the GGUF file, or <c>model.onnx</c> of the ONNX folder.</param>
public sealed record BundleRecommendation(string Engine, string File);
