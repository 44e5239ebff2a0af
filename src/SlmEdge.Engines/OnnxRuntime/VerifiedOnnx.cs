using SlmEdge.Formats.Onnx;

namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>The gate in front of ONNX Runtime: a model that managed code has not checked does not reach native code.</summary>
internal static class VerifiedOnnx
{
    /// <exception cref="EngineException">The file does not exist.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged, or its data lies outside its folder.</exception>
    internal static void Check(string path)
    {
        if (!File.Exists(path))
        {
            throw new EngineException($"The model file '{path}' does not exist.");
        }

        OnnxModelFile.ReadDecoder(path);
    }
}
