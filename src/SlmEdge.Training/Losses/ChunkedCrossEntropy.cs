using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Losses;

/// <summary>
/// Cross-entropy of the head's logits, some supervised rows at a time. Loss and gradient of a chunk are computed together (the gradient of
/// softmax cross-entropy is <c>softmax − onehot</c>) in one buffer, so the <c>[tokens, vocabulary]</c> matrix never exists whole and autograd
/// keeps nothing of it. A head in 16 bits is converted part by part, see <see cref="OutputHead"/>.
/// </summary>
internal static class ChunkedCrossEntropy
{
    /// <summary>Most rows per chunk: large enough for efficient matrix products, small enough to stay in cache with a vocabulary of some thousands.</summary>
    private const int ChunkRows = 512;

    /// <summary>Most logits per chunk, 128 MiB of fp32: with a vocabulary of 150,000 that is 220 rows.</summary>
    private const long ChunkLogits = 1 << 25;

    /// <summary>
    /// Sum of the negative log-likelihoods; back-propagates <c>sum · weight</c> through <paramref name="hidden"/> and, when it is trainable, into <paramref name="head"/>.
    /// </summary>
    /// <param name="hidden">Final states, <c>[tokens, hidden]</c>, with their graph.</param>
    /// <param name="positions">Rows of <paramref name="hidden"/> that are supervised.</param>
    /// <param name="targets">The next token at each of them.</param>
    /// <param name="head">Output matrix, <c>[vocabulary, hidden]</c>.</param>
    /// <param name="weight">Factor on the gradient, for example 1 / supervised tokens in the step.</param>
    /// <param name="softcap">Bound of the logits, <see cref="Formats.HuggingFace.DecoderConfig.LogitSoftcap"/>; null is none.</param>
    public static double Backward(Tensor hidden, long[] positions, long[] targets, Tensor head, double weight, double? softcap = null) =>
        Backward(hidden, positions, targets, head, (gradient, _) => gradient.mul_(weight), softcap);

    /// <summary>As the other overload, with a factor on the gradient of each supervised row.</summary>
    public static double Backward(Tensor hidden, long[] positions, long[] targets, Tensor head, float[] weights, double? softcap = null) =>
        Backward(
            hidden,
            positions,
            targets,
            head,
            (gradient, start) => gradient.mul_(tensor(weights.AsSpan(start, (int)gradient.shape[0]).ToArray(), device: gradient.device).unsqueeze(1)),
            softcap);

    private static double Backward(Tensor hidden, long[] positions, long[] targets, Tensor head, Action<Tensor, int> weigh, double? softcap)
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
            var most = RowsPerChunk(head);
            var buffer = empty(Math.Min(most, positions.Length), head.shape[0], dtype: rows.dtype, device: rows.device);
            for (var start = 0; start < positions.Length; start += most)
            {
                using var chunkScope = NewDisposeScope();
                var count = Math.Min(most, positions.Length - start);
                var index = tensor(positions.AsSpan(start, count).ToArray(), device: hidden.device);
                var target = tensor(targets.AsSpan(start, count).ToArray(), device: hidden.device).unsqueeze(1);
                var chunk = rows.index_select(0, index);
                var logits = buffer.narrow(0, 0, count);
                OutputHead.WriteLogits(chunk, headValues, logits);
                var bounded = softcap is { } bound ? logits.div_(bound).tanh_().clone() : null;
                if (bounded is not null)
                {
                    logits.mul_(softcap!.Value);
                }

                sum += SoftmaxInPlace(logits, target, out var total).sum().ToDouble();
                var difference = logits.div_(total);
                difference.scatter_add_(1, target, full_like(target, -1, dtype: difference.dtype));
                weigh(difference, start);
                if (bounded is not null)
                {
                    difference.mul_(bounded.square().neg_().add_(1));
                }

                gradient.index_add_(0, index, OutputHead.InputGradient(difference, headValues), 1);
                headGradient?.addmm_(difference.t(), chunk, 1, 1);
            }

            buffer.Dispose();
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
        double sum = 0;
        Score(hidden, positions, targets, head, softcap, (_, losses) => sum += losses.sum().ToDouble());
        return sum;
    }

    /// <summary>The negative log-likelihood of each target, without gradients.</summary>
    public static float[] Losses(Tensor hidden, long[] positions, long[] targets, Tensor head, double? softcap = null)
    {
        var values = new float[positions.Length];
        Score(hidden, positions, targets, head, softcap, (start, losses) => ModelDirectory.ReadValues(losses).CopyTo(values, start));
        return values;
    }

    private static void Score(Tensor hidden, long[] positions, long[] targets, Tensor head, double? softcap, Action<int, Tensor> take)
    {
        using var guard = no_grad();
        var most = RowsPerChunk(head);
        for (var start = 0; start < positions.Length; start += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, positions.Length - start);
            var index = tensor(positions.AsSpan(start, count).ToArray(), device: hidden.device);
            var target = tensor(targets.AsSpan(start, count).ToArray(), device: hidden.device).unsqueeze(1);
            var logits = OutputHead.Logits(hidden.index_select(0, index), head);
            take(start, SoftmaxInPlace(softcap is { } bound ? logits.div_(bound).tanh_().mul_(bound) : logits, target, out _));
        }
    }

    /// <summary>Logits that exist at a time when so many tokens are supervised.</summary>
    public static long LogitsAtOnce(long vocabulary, long tokens) => vocabulary * Math.Min(tokens, RowsPerChunk(vocabulary));

    private static int RowsPerChunk(Tensor head) => RowsPerChunk(head.shape[0]);

    private static int RowsPerChunk(long vocabulary) => (int)Math.Clamp(ChunkLogits / vocabulary, 16, ChunkRows);

    /// <summary>
    /// The rows' losses, <c>[rows, 1]</c>; leaves <c>exp(logit − largest)</c> of each row and the sum over it, <c>[rows, 1]</c>. One buffer, where a
    /// log-softmax and its exponential would be two.
    /// </summary>
    private static Tensor SoftmaxInPlace(Tensor logits, Tensor target, out Tensor total)
    {
        logits.sub_(logits.amax([-1], keepdim: true));
        var chosen = logits.gather(1, target);
        total = logits.exp_().sum(-1, keepdim: true);
        return total.log() - chosen;
    }

    internal static void AccumulateGradient(Tensor parameter, Tensor gradient)
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
