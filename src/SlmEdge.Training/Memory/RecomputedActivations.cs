using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Memory;

/// <summary>
/// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): of a part of the model only the input is kept; the backward pass computes the part
/// again, with the same random numbers, and goes back through that. Memory for about one part, for one more forward pass in time.
/// </summary>
/// <remarks>Arguments: input, anchor, part. Only the CPU's random numbers are replayed.</remarks>
internal sealed class RecomputedActivations : autograd.SingleTensorFunction<RecomputedActivations>
{
    public override string Name => nameof(RecomputedActivations);

    /// <summary>Runs a part of the model so that its activations are not kept.</summary>
    /// <param name="part">The part; whatever it captures must live until the backward pass.</param>
    /// <param name="input">Its input.</param>
    /// <param name="anchor">
    /// Any tensor that requires a gradient. Autograd calls backward only where an argument does, and the first layer's input comes from a frozen embedding.
    /// </param>
    public static Tensor Run(Func<Tensor, Tensor> part, Tensor input, Tensor anchor) => apply(input, anchor, part);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var input = (Tensor)vars[0];
        var part = (Func<Tensor, Tensor>)vars[2];
        ctx.save_for_backward([input, get_rng_state()]);
        ctx.save_data("part", part);
        return part(input);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var part = (Func<Tensor, Tensor>)ctx.get_data("part");
        var randomNow = get_rng_state();
        set_rng_state(saved[1]);
        using var guard = enable_grad();
        var input = saved[0].detach().requires_grad_(true);
        var output = part(input);
        set_rng_state(randomNow);
        autograd.backward([output], [grad_output]);
        return [input.grad!.MoveToOuterDisposeScope(), null!, null!];
    }
}
