using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>Root-mean-square layer normalisation (Zhang and Sennrich 2019, arXiv 1910.07467): <c>x / sqrt(mean(x²) + eps) · weight</c>.</summary>
internal static class RmsNorm
{
    public static Tensor Apply(Tensor x, Tensor weight, double eps)
    {
        using var scope = NewDisposeScope();
        var inverse = rsqrt(x.square().mean(new long[] { -1 }, keepdim: true) + eps);
        return (x * inverse * weight).MoveToOuterDisposeScope();
    }
}
