using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>The product with an NF4 matrix as autograd sees it. Nothing is saved but the reference to the quantised weight.</summary>
internal sealed class Nf4Product : autograd.SingleTensorFunction<Nf4Product>
{
    public override string Name => nameof(Nf4Product);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var weight = (Nf4Weight)vars[1];
        ctx.save_data("weight", weight);
        return weight.Product((Tensor)vars[0]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var weight = (Nf4Weight)ctx.get_data("weight");
        return [weight.InputGradient(grad_output), null!];
    }
}
