using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Training.Families;

/// <summary>The tensors of a checkpoint as Hugging Face names them, and the shape that the configuration gives each (<see cref="DecoderTensors"/>).</summary>
public static class DecoderTensorNames
{
    /// <summary>Token embedding.</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>Norm before the head.</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Output matrix of an untied model.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Every tensor name, in file order.</summary>
    /// <param name="config">The model's shape.</param>
    public static IEnumerable<string> All(DecoderConfig config) => DecoderTensors.Of(config).All.Select(t => t.Name);

    /// <summary>Every tensor with its shape, in file order.</summary>
    /// <param name="config">The model's shape.</param>
    public static IEnumerable<(string Name, long[] Shape)> Shapes(DecoderConfig config) => DecoderTensors.Of(config).All.Select(t => (t.Name, t.Shape));
}
