using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>One decoder block: pre-norm attention and pre-norm gated feed-forward layer, each added to the residual stream, with what its family adds.</summary>
internal sealed class DecoderLayer : IDisposable
{
    public required Norm InputNorm { get; init; }

    public required SelfAttention Attention { get; init; }

    /// <summary>Norm of the attention's result; null in families without post-norms.</summary>
    public Norm? PostAttentionNorm { get; init; }

    /// <summary>Norm before the feed-forward layer; null where that stands beside the attention and sees the same input.</summary>
    public Norm? FeedForwardNorm { get; init; }

    public required GatedFeedForward FeedForward { get; init; }

    /// <summary>Norm of the feed-forward layer's result; null in families without post-norms.</summary>
    public Norm? PostFeedForwardNorm { get; init; }

    /// <summary>Whether the layer has the rotary positions of the window's layers.</summary>
    public bool IsLocal { get; init; }

    public IEnumerable<LinearLayer> Linears => [.. Attention.Inputs, Attention.Output, .. FeedForward.Inputs, FeedForward.Down];

    /// <summary>
    /// The residual stream <c>[tokens, hidden]</c> after attention; where the feed-forward layer stands beside it, after both. Intermediate tensors
    /// go with the scope unless autograd keeps them.
    /// </summary>
    public Tensor Attend(Tensor hidden, RotaryTables rotary, IAttention attention)
    {
        using var scope = NewDisposeScope();
        var normed = InputNorm.Apply(hidden);
        var attended = hidden + Normed(Attention.Forward(normed, rotary.Of(this), attention), PostAttentionNorm);
        return (FeedForwardNorm is null ? attended + Normed(FeedForward.Forward(normed), PostFeedForwardNorm) : attended).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream after the feed-forward layer, which looks at every row by itself; unchanged where that is done.</summary>
    public Tensor Feed(Tensor attended)
    {
        if (FeedForwardNorm is null)
        {
            return attended.alias();
        }

        using var scope = NewDisposeScope();
        return (attended + Normed(FeedForward.Forward(FeedForwardNorm.Apply(attended)), PostFeedForwardNorm)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        InputNorm.Dispose();
        Attention.Dispose();
        PostAttentionNorm?.Dispose();
        FeedForwardNorm?.Dispose();
        FeedForward.Dispose();
        PostFeedForwardNorm?.Dispose();
    }

    private static Tensor Normed(Tensor x, Norm? norm) => norm?.Apply(x) ?? x;
}
