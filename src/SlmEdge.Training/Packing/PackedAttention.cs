using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// Attention as autograd sees it: arguments queries, keys, values, layout, shape. What is kept for backward is the arguments, the output
/// and one number a query and head, so memory grows with the tokens and not with the square of a sequence's length.
/// </summary>
internal sealed class PackedAttention : autograd.SingleTensorFunction<PackedAttention>
{
    public override string Name => nameof(PackedAttention);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (layout, shape) = ((AttentionLayout)vars[3], (AttentionShape)vars[4]);
        var (output, logSumExp) = Forward(q, k, v, layout, shape);
        ctx.save_for_backward([q, k, v, output, logSumExp]);
        ctx.save_data("layout", layout);
        ctx.save_data("shape", shape);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        var (q, k, v, output, logSumExp) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var layout = (AttentionLayout)ctx.get_data("layout");
        var shape = (AttentionShape)ctx.get_data("shape");
        var gradient = grad_output.contiguous();
        var dot = (gradient * output).view(q.shape[0], shape.Heads, shape.HeadDim).sum(-1);
        var scaled = q * shape.Scale;
        var (gradientQ, gradientK, gradientV) = (Like(q), Like(k), Like(v));
        foreach (var bucket in layout.Buckets)
        {
            CausalAttention.Backward(shape, bucket, scaled, k, v, gradient, logSumExp, dot, gradientQ, gradientK, gradientV);
        }

        foreach (var span in layout.Prefixes)
        {
            PrefixAttention.Backward(shape, span, layout.Positions, scaled, k, v, gradient, logSumExp, dot, gradientQ, gradientK, gradientV);
        }

        return [gradientQ.mul_(shape.Scale), gradientK, gradientV, null!, null!];
    }

    /// <summary>The output <c>[tokens, heads * headDim]</c> and the log-sum-exp of what each query sees, <c>[tokens, heads]</c>; without a graph.</summary>
    public static (Tensor Output, Tensor LogSumExp) Forward(Tensor q, Tensor k, Tensor v, AttentionLayout layout, AttentionShape shape)
    {
        // Scaling the queries is less work than scaling the scores.
        using var scaled = q * shape.Scale;
        var output = Like(q);
        var logSumExp = empty(q.shape[0], shape.Heads, dtype: q.dtype, device: q.device);
        foreach (var bucket in layout.Buckets)
        {
            CausalAttention.Forward(shape, bucket, scaled, k, v, output, logSumExp);
        }

        foreach (var span in layout.Prefixes)
        {
            PrefixAttention.Forward(shape, span, layout.Positions, scaled, k, v, output, logSumExp);
        }

        return (output, logSumExp);
    }

    // Contiguous, whatever the argument is a view of.
    private static Tensor Like(Tensor tensor) => empty(tensor.shape, dtype: tensor.dtype, device: tensor.device);
}
