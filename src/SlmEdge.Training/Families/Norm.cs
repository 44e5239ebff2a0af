using SlmEdge.Formats.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>A norm over the last dimension, of whichever kind the family has.</summary>
/// <param name="kind">The kind.</param>
/// <param name="weights">One weight <c>[width]</c>; or one for each head of <c>[tokens, heads, width]</c>.</param>
/// <param name="bias"><c>[width]</c> or null.</param>
/// <param name="eps">Added to the mean square or the variance.</param>
internal sealed class Norm(NormKind kind, Tensor[] weights, Tensor? bias, double eps) : IDisposable
{
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normed = kind switch
        {
            NormKind.Rms => Rms(x) * Weight,
            NormKind.RmsAroundZero => Rms(x) * (Weight + 1),
            _ => Layer(x),
        };
        return normed.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var weight in weights)
        {
            weight.Dispose();
        }

        bias?.Dispose();
    }

    private Tensor Weight => weights.Length == 1 ? weights[0] : stack(weights, 0);

    private Tensor Rms(Tensor x) => x * rsqrt(x.square().mean(new long[] { -1 }, keepdim: true) + eps);

    private Tensor Layer(Tensor x)
    {
        long[] width = [x.shape[^1]];
        return weights.Length == 1
            ? nn.functional.layer_norm(x, width, weights[0], bias, eps)
            : nn.functional.layer_norm(x, width, eps: eps) * Weight;
    }
}
