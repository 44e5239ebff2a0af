using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// GELU by its hyperbolic tangent (Hendrycks and Gimpel 2016, arXiv 1606.08415): <c>x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))</c>. TorchSharp has the
/// exact GELU only; written out, autograd would keep half a dozen tensors for it. This keeps its input.
/// </summary>
internal sealed class TanhGelu : autograd.SingleTensorFunction<TanhGelu>
{
    private const double Cubic = 0.044715;
    private static readonly double Slope = Math.Sqrt(2 / Math.PI);

    public override string Name => nameof(TanhGelu);

    public static Tensor Apply(Tensor x) => is_grad_enabled() && x.requires_grad ? apply(x) : Value(x);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_for_backward([x]);
        return Value(x);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var x = ctx.get_saved_variables()[0];
        using var scope = NewDisposeScope();
        var square = x.square();
        var tanh = Tanh(x, square);

        // d/dx = (1 + t)/2 + x/2 · (1 − t²) · slope · (1 + 3 · cubic · x²)
        var inner = square.mul_(3 * Cubic).add_(1).mul_(x).mul_(Slope / 2);
        var derivative = inner.mul_(tanh.square().neg_().add_(1)).add_(tanh.add_(1).mul_(0.5));
        return [derivative.mul_(grad_output).MoveToOuterDisposeScope()];
    }

    private static Tensor Value(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Tanh(x, x.square()).add_(1).mul_(x).mul_(0.5).MoveToOuterDisposeScope();
    }

    private static Tensor Tanh(Tensor x, Tensor square) => (square * Cubic).add_(1).mul_(x).mul_(Slope).tanh_();
}
