using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// Cosines and sines of some positions, each <c>[tokens, 1, rotaryDim / 2]</c>, in the half-split layout of Hugging Face's models:
/// element <c>i</c> of a head is rotated together with element <c>i + rotaryDim / 2</c>, elements from <c>rotaryDim</c> on stay.
/// </summary>
/// <param name="Cos">Cosines.</param>
/// <param name="Sin">Sines.</param>
/// <param name="QueryGrowth">Factors on the queries, <c>[tokens, 1, 1]</c>, in families whose queries grow with the position; else null.</param>
internal readonly record struct RotaryRows(Tensor Cos, Tensor Sin, Tensor? QueryGrowth = null)
{
    /// <summary>Rotates queries <c>[tokens, heads, headDim]</c>, and lets them grow.</summary>
    public Tensor ApplyToQueries(Tensor x) => QueryGrowth is null ? Apply(x) : Apply(x) * QueryGrowth;

    /// <summary>Rotates <c>[tokens, heads, headDim]</c>.</summary>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        var half = Cos.shape[2];
        var a = x.narrow(2, 0, half);
        var b = x.narrow(2, half, half);
        Tensor[] rotated = [(a * Cos) - (b * Sin), (b * Cos) + (a * Sin)];
        var rest = x.shape[2] - (2 * half);
        return cat(rest == 0 ? rotated : [.. rotated, x.narrow(2, 2 * half, rest)], 2).MoveToOuterDisposeScope();
    }
}
