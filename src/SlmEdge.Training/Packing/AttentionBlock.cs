using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// Some queries against some keys, in FlashAttention-2's terms (Dao 2023, arXiv 2307.08691): forward gives the block's output and the
/// log-sum-exp of its scores; backward makes the probabilities anew from the log-sum-exp of whole rows. Blocks of a row add up.
/// </summary>
/// <remarks>Queries are <c>[batch, queries, headDim]</c> and already scaled, keys and values <c>[batch, keys, headDim]</c>.</remarks>
internal static class AttentionBlock
{
    /// <summary>Scores that a block holds at a time, in numbers: 4 MiB of fp32, of the size of a last-level cache's share.</summary>
    public const int MaxScores = 1 << 20;

    /// <summary>Hides a score. Finite, so that a row with nothing to see gets the weight zero and not an undefined one.</summary>
    public const float Hidden = -1e30f;

    /// <summary>
    /// The output normalised within the block, and the log-sum-exp <c>[batch, queries, 1]</c>. <paramref name="hide"/> adds <see cref="Hidden"/> to
    /// the scores that a query must not see, in place.
    /// </summary>
    public static (Tensor Output, Tensor LogSumExp) Forward(AttentionShape shape, Tensor q, Tensor k, Tensor v, Action<Tensor> hide)
    {
        var scores = Scores(shape, q, k);
        if (shape.Softcap > 0)
        {
            scores.mul_(shape.Softcap);
        }

        hide(scores);
        var largest = scores.amax([-1], keepdim: true);
        scores.sub_(largest).exp_();
        var total = scores.sum(-1, keepdim: true);
        return (bmm(scores, v).div_(total), largest.add_(total.log_()));
    }

    /// <summary>
    /// The block's part of the three gradients, from the gradient of the rows' whole output, the log-sum-exp over everything that each query
    /// sees, in this block and others, and the dot product of each row's whole output and its gradient (both <c>[batch, queries, 1]</c>).
    /// </summary>
    public static (Tensor Q, Tensor K, Tensor V) Backward(
        AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor gradient, Tensor logSumExp, Tensor dot, Action<Tensor> hide)
    {
        var scores = Scores(shape, q, k);
        Tensor? slope = null;
        if (shape.Softcap > 0)
        {
            slope = scores.square().neg_().add_(1);
            scores.mul_(shape.Softcap);
        }

        hide(scores);
        var probabilities = scores.sub_(logSumExp).exp_();
        var gradientV = bmm(probabilities.transpose(1, 2), gradient);
        var gradientScores = bmm(gradient, v.transpose(1, 2)).sub_(dot).mul_(probabilities);
        if (slope is not null)
        {
            gradientScores.mul_(slope);
        }

        return (bmm(gradientScores, k), bmm(gradientScores.transpose(1, 2), q), gradientV);
    }

    /// <summary>The scores or, where they are bounded, their hyperbolic tangent, not yet multiplied by the bound.</summary>
    private static Tensor Scores(AttentionShape shape, Tensor q, Tensor k)
    {
        var scores = bmm(q, k.transpose(1, 2));
        return shape.Softcap > 0 ? scores.div_(shape.Softcap).tanh_() : scores;
    }
}
