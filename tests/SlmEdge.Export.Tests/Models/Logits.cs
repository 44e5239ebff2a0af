using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Training.Inference;

namespace SlmEdge.Export.Tests.Models;

/// <summary>Logits of the three engines on the same tokens.</summary>
internal static class Logits
{
    public static float[] Torch(string directory, string? adapter, int[] tokens) => Evaluate(TorchEngine.Open(directory, adapter, 1), tokens);

    public static float[] Llama(string gguf, int[] tokens, string? adapter = null, int contextLength = 0) => Evaluate(
        LlamaCppEngine.Open(gguf, new LlamaCppOptions { HalfPrecisionCache = false, AdapterPath = adapter, ContextLength = contextLength, Threads = 1 }), tokens);

    public static float[] Onnx(string directory, int[] tokens) => Evaluate(OnnxEngine.Open(directory, new OnnxEngineOptions { Threads = 1 }), tokens);

    /// <summary>Largest difference as a share of the reference's spread.</summary>
    public static double Difference(float[] reference, float[] other)
    {
        other.Length.ShouldBe(reference.Length);
        double largest = reference.Zip(other, (a, b) => Math.Abs((double)a - b)).Max();
        return largest / (reference.Max() - (double)reference.Min());
    }

    private static float[] Evaluate(IEngine engine, int[] tokens)
    {
        using (engine)
        {
            return engine.EvaluateLogits(tokens);
        }
    }
}
