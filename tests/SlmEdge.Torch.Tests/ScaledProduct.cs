using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace SlmEdge.Torch.Tests;

internal sealed class ScaledProduct : SingleTensorFunction<ScaledProduct>
{
    public override string Name => nameof(ScaledProduct);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        var (x, w, scale) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
        ctx.save_for_backward([w]);
        ctx.save_data("scale", scale);
        return x * w * scale;
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
        [grad_output * ctx.get_saved_variables()[0] * (double)ctx.get_data("scale"), null!, null!];
}
