using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace SlmEdge.Torch.Tests;

public sealed class CustomFunctionTests
{
    [Fact]
    public void Forward_and_backward_run_in_the_graph()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2, 3 }, requires_grad: true);
        var y = ScaledProduct.apply(x, tensor(new double[] { 4, 5, 6 }), 2.0);
        y.requires_grad.ShouldBeTrue();
        y.data<double>().ToArray().ShouldBe([8, 20, 36]);
        (y * y).sum().backward();
        x.grad!.data<double>().ToArray().ShouldBe([2 * 8 * 8, 2 * 20 * 10, 2 * 36 * 12]);
    }

    [Fact]
    public void Gradients_agree_with_finite_differences_of_the_forward()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var x = randn(5, dtype: float64, requires_grad: true);
        var w = randn(5, dtype: float64);
        ScaledProduct.apply(x, w, 1.5).tanh().sum().backward();
        var gradient = x.grad!.data<double>();
        const double step = 1e-6;
        for (var i = 0; i < 5; i++)
        {
            var shift = zeros(5, dtype: float64);
            shift[i] = tensor(step);
            var up = ScaledProduct.apply(x.detach() + shift, w, 1.5).tanh().sum().ToDouble();
            var down = ScaledProduct.apply(x.detach() - shift, w, 1.5).tanh().sum().ToDouble();
            gradient[i].ShouldBe((up - down) / (2 * step), 1e-8);
        }
    }

    [Fact]
    public void Several_outputs_each_bring_their_gradient_and_unused_ones_zeros()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3 }, requires_grad: true);
        var outputs = SquareAndCube.apply(x);
        outputs[0].ToSingle().ShouldBe(9);
        outputs[1].ToSingle().ShouldBe(27);
        (outputs[0] + 10 * outputs[1]).backward();
        x.grad!.ToSingle().ShouldBe(6 + (10 * 27));
        x.grad = null;
        SquareAndCube.apply(x)[1].backward();
        x.grad!.ToSingle().ShouldBe(27);
    }

    [Fact]
    public void An_exception_in_forward_or_backward_arrives_as_it_was_thrown()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Should.Throw<TimeoutException>(() => Failing.apply(x, true)).Message.ShouldBe("in forward");
        var y = Failing.apply(x, false);
        var exception = Should.Throw<TimeoutException>(() => y.sum().backward());
        exception.Message.ShouldBe("in backward");
        exception.StackTrace!.ShouldContain("Failing.backward");
    }

    [Fact]
    public void A_wrong_number_of_gradients_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Should.Throw<InvalidOperationException>(() => TooFew.apply(x, 1).sum().backward())
            .Message.ShouldContain("TooFew returned 1 gradients, but its forward was given 2 arguments");
    }

    [Fact]
    public void A_saved_tensor_that_was_changed_in_place_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var w = ones(2);
        var y = ScaledProduct.apply(x, w, 1.0);
        w.add_(1);
        Should.Throw<ExternalException>(() => y.sum().backward()).Message.ShouldContain("modified by an inplace operation");
    }

    [Fact]
    public void Tensors_made_in_backward_are_freed_when_it_returns()
    {
        using var scope = NewDisposeScope();
        var x = ones(4, requires_grad: true);
        var y = ScaledProduct.apply(x, ones(4), 2.0).sum();
        var owned = scope.DisposablesCount;
        y.backward();
        scope.DisposablesCount.ShouldBe(owned);
    }

    [Fact]
    public void Without_gradients_only_the_forward_runs()
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            ScaledProduct.apply(ones(2, requires_grad: true), ones(2), 3.0).requires_grad.ShouldBeFalse();
        }

        ScaledProduct.apply(ones(2), ones(2), 3.0).data<float>().ToArray().ShouldBe([3, 3]);
    }

    [Fact]
    public void Backward_in_another_custom_function_nests()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 2 }, requires_grad: true);
        var y = ScaledProduct.apply(ScaledProduct.apply(x, tensor(new float[] { 3 }), 1.0), tensor(new float[] { 5 }), 1.0);
        y.backward();
        x.grad!.ToSingle().ShouldBe(15);
    }

    private sealed class SquareAndCube : MultiTensorFunction<SquareAndCube>
    {
        public override string Name => nameof(SquareAndCube);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            return [x * x, x * x * x];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var x = ctx.get_saved_variables()[0];
            return [(grad_outputs[0] * 2 * x) + (grad_outputs[1] * 3 * x * x)];
        }
    }

    private sealed class TooFew : SingleTensorFunction<TooFew>
    {
        public override string Name => nameof(TooFew);

        public override Tensor forward(AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 2;

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => [grad_output];
    }
}
