using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>The product with a matrix in blocks as autograd sees it. Nothing is saved but the reference to the blocks.</summary>
internal sealed class BlockProduct : autograd.SingleTensorFunction<BlockProduct>
{
    public override string Name => nameof(BlockProduct);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var weight = (BlockWeight)vars[1];
        ctx.save_data("weight", weight);
        return weight.Product((Tensor)vars[0]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var weight = (BlockWeight)ctx.get_data("weight");
        return [weight.InputGradient(grad_output), null!];
    }
}
