using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>What the queries of a forward pass see: one another in a <see cref="AttentionLayout">pack</see>, or also what was kept of earlier passes.</summary>
internal interface IAttention
{
    /// <inheritdoc cref="AttentionLayout.Attend"/>
    Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap);
}
