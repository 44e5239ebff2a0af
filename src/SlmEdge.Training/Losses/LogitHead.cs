using SlmEdge.Training.Families;
using static TorchSharp.torch;

namespace SlmEdge.Training.Losses;

/// <summary>How a model makes logits of its final states.</summary>
/// <param name="Matrix">Output matrix, <c>[vocabulary, hidden]</c>.</param>
/// <param name="Softcap">Bound of the logits; null is none.</param>
internal readonly record struct LogitHead(Tensor Matrix, double? Softcap = null)
{
    public static LogitHead Of(DecoderModel model) => new(model.Head, model.Config.LogitSoftcap);

    /// <summary>Logits of <c>[rows, hidden]</c>: a tensor of its own, <c>[rows, vocabulary]</c>; without a graph.</summary>
    public Tensor Logits(Tensor rows)
    {
        var logits = OutputHead.Logits(rows, Matrix);
        return Softcap is { } bound ? logits.div_(bound).tanh_().mul_(bound) : logits;
    }
}
