using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Losses;

/// <summary>
/// Cross-entropy of the head's logits, a few hundred supervised rows at a time. Loss and gradient of a chunk are computed together
/// (the gradient of softmax cross-entropy is <c>softmax − onehot</c>), so the <c>[tokens, vocabulary]</c> matrix never exists whole and
/// autograd keeps nothing of it.
/// </summary>
internal static class ChunkedCrossEntropy
{
    /// <summary>Rows per chunk: large enough for efficient matrix products, small enough to stay in cache with a vocabulary of some thousands.</summary>
    private const int ChunkRows = 512;

    /// <summary>
    /// Sum of the negative log-likelihoods; back-propagates <c>sum · weight</c> through <paramref name="hidden"/> and, when it is trainable, into <paramref name="head"/>.
    /// </summary>
    /// <param name="hidden">Final states, <c>[tokens, hidden]</c>, with their graph.</param>
    /// <param name="positions">Rows of <paramref name="hidden"/> that are supervised.</param>
    /// <param name="targets">The next token at each of them.</param>
    /// <param name="head">Output matrix, <c>[vocabulary, hidden]</c>.</param>
    /// <param name="weight">Factor on the gradient, for example 1 / supervised tokens in the step.</param>
    /// <param name="softcap">Bound of the logits, <see cref="Formats.HuggingFace.DecoderConfig.LogitSoftcap"/>; null is none.</param>
    public static double Backward(Tensor hidden, long[] positions, long[] targets, Tensor head, double weight, double? softcap = null)
    {
        using var scope = NewDisposeScope();
        var trainHead = head.requires_grad;
        double sum = 0;
        Tensor gradient;
        using (no_grad())
        {
            var rows = hidden.detach();
            var headValues = head.detach();
            gradient = zeros_like(rows);
            var headGradient = trainHead ? zeros_like(headValues) : null;
            for (var start = 0; start < positions.Length; start += ChunkRows)
            {
                using var chunkScope = NewDisposeScope();
                var count = Math.Min(ChunkRows, positions.Length - start);
                var index = tensor(positions.AsSpan(start, count).ToArray(), device: hidden.device);
                var target = tensor(targets.AsSpan(start, count).ToArray(), device: hidden.device).unsqueeze(1);
                var chunk = rows.index_select(0, index);
                var logits = nn.functional.linear(chunk, headValues);
                var bounded = softcap is { } bound ? logits.div_(bound).tanh_() : null;
                var logProbabilities = (bounded is null ? logits : bounded * softcap!.Value).log_softmax(-1);
                sum -= logProbabilities.gather(1, target).sum().ToDouble();
                var difference = logProbabilities.exp_();
                difference.scatter_add_(1, target, full_like(target, -1, dtype: difference.dtype));
                difference.mul_(weight);
                if (bounded is not null)
                {
                    difference.mul_(bounded.square().neg_().add_(1));
                }

                gradient.index_add_(0, index, matmul(difference, headValues), 1);
                headGradient?.addmm_(difference.t(), chunk, 1, 1);
            }

            if (headGradient is not null)
            {
                AccumulateGradient(head, headGradient);
            }
        }

        hidden.backward(new[] { gradient });
        return sum;
    }

    /// <summary>Sum of the negative log-likelihoods, without gradients.</summary>
    public static double Evaluate(Tensor hidden, long[] positions, long[] targets, Tensor head, double? softcap = null)
    {
        using var guard = no_grad();
        double sum = 0;
        for (var start = 0; start < positions.Length; start += ChunkRows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(ChunkRows, positions.Length - start);
            var index = tensor(positions.AsSpan(start, count).ToArray(), device: hidden.device);
            var target = tensor(targets.AsSpan(start, count).ToArray(), device: hidden.device).unsqueeze(1);
            var logits = nn.functional.linear(hidden.index_select(0, index), head);
            var logProbabilities = (softcap is { } bound ? logits.div_(bound).tanh_().mul_(bound) : logits).log_softmax(-1);
            sum -= logProbabilities.gather(1, target).sum().ToDouble();
        }

        return sum;
    }

    private static void AccumulateGradient(Tensor parameter, Tensor gradient)
    {
        if (parameter.grad is { } existing)
        {
            existing.add_(gradient);
        }
        else
        {
            parameter.grad = gradient.DetachFromDisposeScope();
        }
    }
}
