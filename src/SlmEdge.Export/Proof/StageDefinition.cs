using SlmEdge.Engines;

namespace SlmEdge.Export.Proof;

/// <summary>One form of the model that is to be scored.</summary>
/// <param name="Stage">Its name: <c>base</c>, <c>adapter</c>, <c>merged</c>, <c>gguf q8_0</c>, …</param>
/// <param name="Engine">What computes it: <c>libtorch</c>, <c>llama.cpp</c>, <c>onnxruntime</c>.</param>
/// <param name="Precision">Type of its matrices, for people.</param>
/// <param name="SizeBytes">Bytes that it takes on the disk.</param>
/// <param name="File">Its path in the bundle, or null when it does not ship.</param>
/// <param name="Open">Loads it.</param>
public sealed record StageDefinition(
    string Stage, string Engine, string Precision, long SizeBytes, string? File, Func<StageEngine> Open)
{
    /// <summary>How the stage is asked when its vocabulary is not the trained model's; null where it is.</summary>
    public StageRendering? Rendering { get; init; }
}
