using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>What one call of attention computes with, besides its tensors.</summary>
/// <param name="KvHeads">Key heads.</param>
/// <param name="Group">Query heads per key head.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Scale">Factor on the scores.</param>
/// <param name="Window">A token sees itself and the <c>Window - 1</c> tokens before it; 0 is no limit.</param>
/// <param name="Softcap">Bound of the scores; 0 is none.</param>
internal readonly record struct AttentionShape(int KvHeads, int Group, int HeadDim, double Scale, int Window, double Softcap)
{
    public int Heads => KvHeads * Group;

    /// <summary><c>[sequences * length, kvHeads * n * headDim]</c> → <c>[sequences * kvHeads, length * n, headDim]</c>, each head's rows together.</summary>
    public Tensor ToHeads(Tensor rows, int sequences, int length)
    {
        var width = rows.shape[1] / KvHeads;
        return rows.view(sequences, length, KvHeads, width).permute(0, 2, 1, 3).reshape(sequences * KvHeads, length * (width / HeadDim), HeadDim);
    }

    /// <summary><c>[sequences * length, heads]</c>, one number for a query, → <c>[sequences * kvHeads, length * group, 1]</c>.</summary>
    public Tensor NumbersToHeads(Tensor rows, int sequences, int length) =>
        rows.view(sequences, length, KvHeads, Group).permute(0, 2, 1, 3).reshape(sequences * KvHeads, length * Group, 1);

    /// <summary>The way back from either: <c>[sequences * kvHeads, length * n, width]</c> → <c>[sequences * length, kvHeads * n * width]</c>.</summary>
    public Tensor ToRows(Tensor heads, int sequences, int length)
    {
        var width = heads.shape[1] / length * heads.shape[2];
        return heads.view(sequences, KvHeads, length, width).permute(0, 2, 1, 3).reshape(sequences * length, KvHeads * width);
    }
}
