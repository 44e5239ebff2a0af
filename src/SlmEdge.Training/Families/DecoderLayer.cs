using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>One decoder block: pre-norm grouped-query attention and pre-norm SwiGLU, each added to the residual stream.</summary>
internal sealed class DecoderLayer : IDisposable
{
    public required Tensor InputNorm { get; init; }

    public required Tensor PostAttentionNorm { get; init; }

    /// <summary>Norm of each head of the queries, <c>[headDim]</c>; null in families without it.</summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>Norm of each head of the keys, <c>[headDim]</c>.</summary>
    public Tensor? KeyNorm { get; init; }

    public required LinearLayer Query { get; init; }

    public required LinearLayer Key { get; init; }

    public required LinearLayer Value { get; init; }

    public required LinearLayer Output { get; init; }

    public required LinearLayer Gate { get; init; }

    public required LinearLayer Up { get; init; }

    public required LinearLayer Down { get; init; }

    public IEnumerable<LinearLayer> Linears => [Query, Key, Value, Output, Gate, Up, Down];

    /// <summary>
    /// The residual stream <c>[tokens, hidden]</c> after attention. Intermediate tensors go with the scope unless autograd keeps them.
    /// </summary>
    public Tensor Attend(Tensor hidden, Tensor cos, Tensor sin, AttentionLayout layout, int headDim, double eps)
    {
        using var scope = NewDisposeScope();
        return (hidden + Attention(RmsNorm.Apply(hidden, InputNorm, eps), cos, sin, layout, headDim, eps)).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream after the feed-forward block, which looks at every row by itself.</summary>
    public Tensor FeedForward(Tensor attended, double eps)
    {
        using var scope = NewDisposeScope();
        var normed = RmsNorm.Apply(attended, PostAttentionNorm, eps);
        var gated = SwiGlu.Apply(Gate.Forward(normed), Up.Forward(normed));
        return (attended + Down.Forward(gated)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        InputNorm.Dispose();
        PostAttentionNorm.Dispose();
        QueryNorm?.Dispose();
        KeyNorm?.Dispose();
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    private Tensor Attention(Tensor x, Tensor cos, Tensor sin, AttentionLayout layout, int headDim, double eps)
    {
        var q = Query.Forward(x);
        var k = Key.Forward(x);
        var v = Value.Forward(x);
        var heads = q.shape[1] / headDim;
        var kvHeads = k.shape[1] / headDim;
        var tokens = x.shape[0];

        q = RotaryEmbedding.Apply(Normed(q.view(tokens, heads, headDim), QueryNorm), cos, sin).view(tokens, heads * headDim);
        k = RotaryEmbedding.Apply(Normed(k.view(tokens, kvHeads, headDim), KeyNorm), cos, sin).view(tokens, kvHeads * headDim);
        return Output.Forward(layout.Attend(q, k, v, headDim, 1.0 / Math.Sqrt(headDim), window: 0, softcap: 0));

        Tensor Normed(Tensor headRows, Tensor? norm) => norm is null ? headRows : RmsNorm.Apply(headRows, norm, eps);
    }
}
