using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>One decoder block: pre-norm grouped-query attention and pre-norm SwiGLU, each added to the residual stream.</summary>
internal sealed class LlamaLayer : IDisposable
{
    public required Tensor InputNorm { get; init; }

    public required Tensor PostAttentionNorm { get; init; }

    public required LinearLayer Query { get; init; }

    public required LinearLayer Key { get; init; }

    public required LinearLayer Value { get; init; }

    public required LinearLayer Output { get; init; }

    public required LinearLayer Gate { get; init; }

    public required LinearLayer Up { get; init; }

    public required LinearLayer Down { get; init; }

    public IEnumerable<LinearLayer> Linears => [Query, Key, Value, Output, Gate, Up, Down];

    /// <summary>Residual stream <c>[tokens, hidden]</c> in and out; the intermediate tensors go with the scope unless autograd keeps them.</summary>
    public Tensor Forward(Tensor hidden, Tensor cos, Tensor sin, AttentionLayout layout, int headDim, double eps)
    {
        using var scope = NewDisposeScope();
        var attended = hidden + Attention(RmsNorm.Apply(hidden, InputNorm, eps), cos, sin, layout, headDim);
        var normed = RmsNorm.Apply(attended, PostAttentionNorm, eps);
        var gated = nn.functional.silu(Gate.Forward(normed)) * Up.Forward(normed);
        return (attended + Down.Forward(gated)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        InputNorm.Dispose();
        PostAttentionNorm.Dispose();
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    /// <summary>
    /// Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245). The query heads that share a key head are stacked along
    /// the query axis (<c>[sequences, kvHeads, group * length, headDim]</c>), so keys and values are never repeated in memory.
    /// </summary>
    private Tensor Attention(Tensor x, Tensor cos, Tensor sin, AttentionLayout layout, int headDim)
    {
        var q = Query.Forward(x);
        var k = Key.Forward(x);
        var v = Value.Forward(x);
        var heads = q.shape[1] / headDim;
        var kvHeads = k.shape[1] / headDim;
        var group = heads / kvHeads;
        var tokens = x.shape[0];
        var (s, l) = (layout.Sequences, layout.Length);

        q = RotaryEmbedding.Apply(q.view(tokens, heads, headDim), cos, sin).view(tokens, heads * headDim);
        k = RotaryEmbedding.Apply(k.view(tokens, kvHeads, headDim), cos, sin).view(tokens, kvHeads * headDim);

        var qh = layout.ToRows(q).view(s, l, kvHeads, group, headDim).permute(0, 2, 3, 1, 4).reshape(s * kvHeads, group * l, headDim);
        var kh = layout.ToRows(k).view(s, l, kvHeads, headDim).permute(0, 2, 3, 1).reshape(s * kvHeads, headDim, l);
        var vh = layout.ToRows(v).view(s, l, kvHeads, headDim).permute(0, 2, 1, 3).reshape(s * kvHeads, l, headDim);

        var scores = baddbmm(layout.CausalMask, qh, kh, beta: 1, alpha: (float)(1.0 / Math.Sqrt(headDim)));
        var mixed = bmm(softmax(scores, -1), vh);
        var rows = mixed.view(s, kvHeads, group, l, headDim).permute(0, 3, 1, 2, 4).reshape(s * l, heads * headDim);
        return Output.Forward(layout.ToPacked(rows));
    }
}
