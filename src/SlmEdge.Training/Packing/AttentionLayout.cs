using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>How attention goes over a pack, worked out once and used by all layers. It holds no tensors, so a graph may outlive the forward that made it.</summary>
internal sealed class AttentionLayout : IAttention
{
    /// <summary>Bounds what one bucket copies of queries, keys and values.</summary>
    private const int BucketRows = 2048;

    public AttentionLayout(PackedSequences pack)
    {
        Buckets = SegmentBucket.Sort(pack.Segments, BucketRows);
        Prefixes = PrefixSpan.Of(pack.Segments);
        Positions = pack.Positions;
    }

    /// <summary>All segments, by length.</summary>
    public IReadOnlyList<SegmentBucket> Buckets { get; }

    /// <summary>The shared prefixes with the segments behind them.</summary>
    public IReadOnlyList<PrefixSpan> Prefixes { get; }

    /// <summary>Position of each row in its sequence.</summary>
    public long[] Positions { get; }

    /// <summary>
    /// Causal grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245) of every token over its own sequence, a shared prefix included.
    /// </summary>
    /// <param name="q"><c>[tokens, heads * headDim]</c>, rotated.</param>
    /// <param name="k"><c>[tokens, kvHeads * headDim]</c>, rotated; <c>heads</c> is a multiple of <c>kvHeads</c>.</param>
    /// <param name="v"><c>[tokens, kvHeads * headDim]</c>.</param>
    /// <param name="headDim">Width of a head.</param>
    /// <param name="scale">Factor on the scores, usually <c>1 / sqrt(headDim)</c>.</param>
    /// <param name="window">A token sees itself and the <c>window - 1</c> tokens before it; 0 is no limit.</param>
    /// <param name="softcap">Scores become <c>softcap * tanh(score / softcap)</c> before the mask (Gemma 2, arXiv 2408.00118); 0 is none.</param>
    /// <returns><c>[tokens, heads * headDim]</c>.</returns>
    public Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap)
    {
        var kvHeads = (int)(k.shape[1] / headDim);
        var shape = new AttentionShape(kvHeads, (int)(q.shape[1] / headDim) / kvHeads, headDim, scale, window, softcap);
        if (is_grad_enabled() && (q.requires_grad || k.requires_grad || v.requires_grad))
        {
            return PackedAttention.apply(q, k, v, this, shape);
        }

        using var scope = NewDisposeScope();
        return PackedAttention.Forward(q, k, v, this, shape).Output.MoveToOuterDisposeScope();
    }
}
