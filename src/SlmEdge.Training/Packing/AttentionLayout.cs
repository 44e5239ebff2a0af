using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// Attention over a pack: the sequences are viewed as <c>[sequences, longest]</c>, so that no token attends into a neighbour.
/// Built once per pack and shared by all layers. Rows shorter than the longest are filled on the right with copies of token 0.
/// Under a causal mask no real query sees what stands to its right, so these fillers need no mask of their own; their outputs are dropped.
/// </summary>
internal sealed class AttentionLayout : IDisposable
{
    private readonly Dictionary<(int Window, int Group), Tensor> _masks = [];
    private readonly Device _device;
    private readonly int _sequences;
    private readonly int _length;
    private readonly Tensor? _gather;
    private readonly Tensor? _scatter;

    public AttentionLayout(PackedSequences pack, Device device)
    {
        _device = device;
        _sequences = pack.SequenceCount;
        _length = pack.MaxLength;
        if (pack.IsRectangular)
        {
            return;
        }

        var gather = new long[_sequences * _length];
        var scatter = new long[pack.TokenCount];
        for (var s = 0; s < _sequences; s++)
        {
            for (var t = 0; t < pack.Lengths[s]; t++)
            {
                gather[(s * _length) + t] = pack.Offsets[s] + t;
                scatter[pack.Offsets[s] + t] = (s * _length) + t;
            }
        }

        _gather = tensor(gather, device: device).DetachFromDisposeScope();
        _scatter = tensor(scatter, device: device).DetachFromDisposeScope();
    }

    /// <summary>
    /// Causal grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245). The query heads that share a key head are stacked along
    /// the query axis (<c>[sequences, kvHeads, group * length, headDim]</c>), so keys and values are never repeated in memory.
    /// </summary>
    /// <param name="q"><c>[tokens, heads * headDim]</c>, rotated.</param>
    /// <param name="k"><c>[tokens, kvHeads * headDim]</c>, rotated; <c>heads</c> is a multiple of <c>kvHeads</c>.</param>
    /// <param name="v"><c>[tokens, kvHeads * headDim]</c>.</param>
    /// <param name="headDim">Width of a head.</param>
    /// <param name="scale">Factor on the scores, usually <c>1 / sqrt(headDim)</c>.</param>
    /// <param name="window">A token sees itself and the <c>window - 1</c> tokens before it; 0 is no limit.</param>
    /// <param name="softcap">Scores become <c>softcap * tanh(score / softcap)</c> before the mask (Gemma 2, arXiv 2408.00118); 0 is none.</param>
    /// <returns><c>[tokens, heads * headDim]</c>.</returns>
    public Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap)
    {
        using var scope = NewDisposeScope();
        var heads = q.shape[1] / headDim;
        var kvHeads = k.shape[1] / headDim;
        var group = heads / kvHeads;
        var (s, l) = (_sequences, _length);
        var qh = ToRows(q).view(s, l, kvHeads, group, headDim).permute(0, 2, 3, 1, 4).reshape(s * kvHeads, group * l, headDim);
        var kh = ToRows(k).view(s, l, kvHeads, headDim).permute(0, 2, 3, 1).reshape(s * kvHeads, headDim, l);
        var vh = ToRows(v).view(s, l, kvHeads, headDim).permute(0, 2, 1, 3).reshape(s * kvHeads, l, headDim);

        var mask = Mask(window > 0 && window < l ? window : 0, (int)group);
        var scores = softcap > 0
            ? ((bmm(qh, kh) * (scale / softcap)).tanh() * softcap) + mask
            : baddbmm(mask, qh, kh, beta: 1, alpha: (float)scale);
        var mixed = bmm(softmax(scores, -1), vh);
        var rows = mixed.view(s, kvHeads, group, l, headDim).permute(0, 3, 1, 2, 4).reshape(s * l, heads * headDim);
        return ToPacked(rows).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _gather?.Dispose();
        _scatter?.Dispose();
        foreach (var mask in _masks.Values)
        {
            mask.Dispose();
        }
    }

    /// <summary><c>[tokens, width]</c> → <c>[sequences, length, width]</c>.</summary>
    private Tensor ToRows(Tensor packed) =>
        (_gather is null ? packed : packed.index_select(0, _gather)).view(_sequences, _length, packed.shape[1]);

    /// <summary><c>[sequences * length, width]</c> → <c>[tokens, width]</c>.</summary>
    private Tensor ToPacked(Tensor rows) => _scatter is null ? rows : rows.index_select(0, _scatter);

    /// <summary>0 where a query may look, -inf where it may not: <c>[group * length, length]</c>.</summary>
    private Tensor Mask(int window, int group)
    {
        if (!_masks.TryGetValue((window, group), out var mask))
        {
            mask = _masks[(window, group)] = BuildMask(window, group).DetachFromDisposeScope();
        }

        return mask;
    }

    private Tensor BuildMask(int window, int group)
    {
        var mask = new float[group * _length * _length];
        for (var row = 0; row < group * _length; row++)
        {
            var query = row % _length;
            var keys = mask.AsSpan(row * _length, _length);
            keys[(query + 1)..].Fill(float.NegativeInfinity);
            if (window > 0 && query >= window)
            {
                keys[..(query - window + 1)].Fill(float.NegativeInfinity);
            }
        }

        return tensor(mask, new long[] { group * _length, _length }, device: _device);
    }
}
