using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// The gate of the feed-forward block, <c>silu(gate) · up</c> (Shazeer 2020, arXiv 2002.05202), as autograd sees it. Kept for backward are its two
/// arguments only; plain operators would keep <c>silu(gate)</c> as well.
/// </summary>
internal sealed class SwiGlu : autograd.SingleTensorFunction<SwiGlu>
{
    public override string Name => nameof(SwiGlu);

    /// <summary>All of shape <c>[tokens, inner]</c>.</summary>
    public static Tensor Apply(Tensor gate, Tensor up) =>
        is_grad_enabled() && (gate.requires_grad || up.requires_grad) ? apply(gate, up) : Product(gate, up);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (gate, up) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([gate, up]);
        return Product(gate, up);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (gate, up) = (saved[0], saved[1]);
        var sigmoid = gate.sigmoid();
        var silu = gate * sigmoid;

        // The slope of silu is sigmoid + silu · (1 − sigmoid).
        var gateGradient = sigmoid.neg().add_(1).mul_(silu).add_(sigmoid).mul_(grad_output).mul_(up);
        return [gateGradient.MoveToOuterDisposeScope(), silu.mul_(grad_output).MoveToOuterDisposeScope()];
    }

    private static Tensor Product(Tensor gate, Tensor up) => nn.functional.silu(gate).mul_(up);
}
