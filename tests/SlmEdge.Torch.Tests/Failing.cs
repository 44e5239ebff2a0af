using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace SlmEdge.Torch.Tests;

internal sealed class Failing : SingleTensorFunction<Failing>
{
    public override string Name => nameof(Failing);

    public override Tensor forward(AutogradContext ctx, params object[] vars) =>
        (bool)vars[1] ? throw new TimeoutException("in forward") : (Tensor)vars[0] * 2;

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => throw new TimeoutException("in backward");
}
