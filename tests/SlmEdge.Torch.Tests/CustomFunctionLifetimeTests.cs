using TorchSharp;
using TorchSharp.Native;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class CustomFunctionLifetimeTests
{
    [Fact]
    public void Nothing_of_the_call_outlives_the_graph()
    {
        var calls = FunctionCall.LiveCount;
        var tensors = SlmTorch.TensorLiveCount();
        for (var i = 0; i < 50; i++)
        {
            using var scope = NewDisposeScope();
            var x = ones(100, requires_grad: true);
            var y = ScaledProduct.apply(x, ones(100), 2.0);
            if (i % 2 == 0)
            {
                y.sum().backward();
            }

            FunctionCall.LiveCount.ShouldBe(calls + 1);
            _ = Should.Throw<TimeoutException>(() => Failing.apply(x, true));
            FunctionCall.LiveCount.ShouldBe(calls + 1);
        }

        FunctionCall.LiveCount.ShouldBe(calls);
        SlmTorch.TensorLiveCount().ShouldBe(tensors);
    }

    [Fact]
    public void Without_gradients_nothing_is_kept()
    {
        var calls = FunctionCall.LiveCount;
        using var scope = NewDisposeScope();
        ScaledProduct.apply(ones(2), ones(2), 3.0).data<float>().ToArray().ShouldBe([3, 3]);
        FunctionCall.LiveCount.ShouldBe(calls);
    }
}
