using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void Backward_fills_the_gradients_of_the_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        x.is_leaf.ShouldBeTrue();
        x.grad.ShouldBeNull();
        (x * x * x).sum().backward();
        x.grad!.data<float>().ToArray().ShouldBe([3, 12, 27]);
        x.square().sum().backward();
        x.grad!.data<float>().ToArray().ShouldBe([5, 16, 33]);
        x.grad = null;
        x.grad.ShouldBeNull();
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var x = randn(3, 4, dtype: float64, requires_grad: true);
        var w = randn(4, 2, dtype: float64);
        Tensor Loss(Tensor at) => (at.matmul(w).tanh().exp() / (1 + at.square().sum())).log_softmax(1).sum();

        Loss(x).backward();
        var gradient = x.grad!.data<double>();
        const double step = 1e-6;
        for (var i = 0; i < 12; i++)
        {
            using var inner = NewDisposeScope();
            using var off = no_grad();
            var shift = zeros_like(x, requires_grad: false);
            shift.view(-1)[i] = tensor(step);
            var difference = (Loss(x + shift).ToDouble() - Loss(x - shift).ToDouble()) / (2 * step);
            gradient[i].ShouldBe(difference, 1e-7);
        }
    }

    [Fact]
    public void Grad_returns_gradients_without_touching_the_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2 }, requires_grad: true);
        var y = tensor(new float[] { 5, 5 }, requires_grad: true);
        var result = autograd.grad([(x * x).sum()], [x, y], allow_unused: true);
        result[0].data<float>().ToArray().ShouldBe([2, 4]);
        result[1].ShouldBeNull();
        x.grad.ShouldBeNull();
    }

    [Fact]
    public void Second_derivatives_come_from_a_graph_of_the_first()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 2 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        var second = autograd.grad([first.sum()], [x])[0];
        second.ToDouble().ShouldBe(12);
    }

    [Fact]
    public void No_graph_is_recorded_without_gradients()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            is_grad_enabled().ShouldBeFalse();
            (x * 2).requires_grad.ShouldBeFalse();
            using (enable_grad())
            {
                (x * 2).requires_grad.ShouldBeTrue();
            }
        }

        is_grad_enabled().ShouldBeTrue();
        using (inference_mode())
        {
            is_inference_mode_enabled().ShouldBeTrue();
            (x * 2).requires_grad.ShouldBeFalse();
        }

        (x * 2).detach().requires_grad.ShouldBeFalse();
    }
}
