using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>Grouped-query attention of one block, from its normalised input to what joins the residual stream.</summary>
internal sealed class SelfAttention : IDisposable
{
    /// <summary>Query, key and value in this order: three projections, or one whose rows hold all of them.</summary>
    public required IReadOnlyList<LinearLayer> Inputs { get; init; }

    public required LinearLayer Output { get; init; }

    /// <summary>Norm of each head of the queries; null in families without it.</summary>
    public Norm? QueryNorm { get; init; }

    /// <summary>Norm of each head of the keys.</summary>
    public Norm? KeyNorm { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Factor on the scores.</summary>
    public required double Scale { get; init; }

    /// <summary>A token sees itself and the <c>Window - 1</c> tokens before it; 0 is no limit.</summary>
    public int Window { get; init; }

    /// <summary>Bound of the scores; 0 is none.</summary>
    public double Softcap { get; init; }

    /// <summary><c>[tokens, hidden]</c> → <c>[tokens, hidden]</c>.</summary>
    public Tensor Forward(Tensor x, RotaryRows rotary, IAttention attention)
    {
        var (q, k, v) = Project(x);
        var tokens = x.shape[0];
        q = rotary.ApplyToQueries(Normed(q.view(tokens, Heads, HeadDim), QueryNorm)).view(tokens, Heads * HeadDim);
        k = rotary.Apply(Normed(k.view(tokens, KvHeads, HeadDim), KeyNorm)).view(tokens, KvHeads * HeadDim);
        return Output.Forward(attention.Attend(q, k, v, HeadDim, Scale, Window, Softcap));

        static Tensor Normed(Tensor heads, Norm? norm) => norm?.Apply(heads) ?? heads;
    }

    public void Dispose()
    {
        foreach (var linear in Inputs)
        {
            linear.Dispose();
        }

        Output.Dispose();
        QueryNorm?.Dispose();
        KeyNorm?.Dispose();
    }

    private (Tensor Q, Tensor K, Tensor V) Project(Tensor x)
    {
        if (Inputs.Count == 3)
        {
            return (Inputs[0].Forward(x), Inputs[1].Forward(x), Inputs[2].Forward(x));
        }

        var all = Inputs[0].Forward(x);
        var (queries, keys) = ((long)Heads * HeadDim, (long)KvHeads * HeadDim);
        return (all.narrow(1, 0, queries).contiguous(), all.narrow(1, queries, keys).contiguous(), all.narrow(1, queries + keys, keys).contiguous());
    }
}
