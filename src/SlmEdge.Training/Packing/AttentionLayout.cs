using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// The index tensors with which attention views a pack as <c>[sequences, longest]</c>, built once per pack and shared by all layers.
/// Rows shorter than the longest are filled on the right with copies of token 0. Under a causal mask no real query
/// sees what stands to its right, so these fillers need no mask of their own; their outputs are dropped.
/// </summary>
internal sealed class AttentionLayout : IDisposable
{
    private readonly Tensor? _gather;
    private readonly Tensor? _scatter;

    public AttentionLayout(PackedSequences pack, int queriesPerKey, Device device)
    {
        Sequences = pack.SequenceCount;
        Length = pack.MaxLength;
        if (!pack.IsRectangular)
        {
            var gather = new long[Sequences * Length];
            var scatter = new long[pack.TokenCount];
            for (var s = 0; s < Sequences; s++)
            {
                for (var t = 0; t < pack.Lengths[s]; t++)
                {
                    gather[(s * Length) + t] = pack.Offsets[s] + t;
                    scatter[pack.Offsets[s] + t] = (s * Length) + t;
                }
            }

            _gather = tensor(gather, device: device).DetachFromDisposeScope();
            _scatter = tensor(scatter, device: device).DetachFromDisposeScope();
        }

        CausalMask = BuildCausalMask(Length, queriesPerKey, device).DetachFromDisposeScope();
    }

    public int Sequences { get; }

    public int Length { get; }

    /// <summary>0 where a query may look, -inf where it may not: <c>[queriesPerKey * length, length]</c>.</summary>
    public Tensor CausalMask { get; }

    /// <summary><c>[tokens, width]</c> → <c>[sequences, length, width]</c>.</summary>
    public Tensor ToRows(Tensor packed) =>
        (_gather is null ? packed : packed.index_select(0, _gather)).view(Sequences, Length, packed.shape[1]);

    /// <summary><c>[sequences * length, width]</c> → <c>[tokens, width]</c>.</summary>
    public Tensor ToPacked(Tensor rows) => _scatter is null ? rows : rows.index_select(0, _scatter);

    public void Dispose()
    {
        _gather?.Dispose();
        _scatter?.Dispose();
        CausalMask.Dispose();
    }

    private static Tensor BuildCausalMask(int length, int queriesPerKey, Device device)
    {
        var mask = new float[queriesPerKey * length * length];
        for (var g = 0; g < queriesPerKey; g++)
        {
            for (var q = 0; q < length; q++)
            {
                mask.AsSpan((((g * length) + q) * length) + q + 1, length - q - 1).Fill(float.NegativeInfinity);
            }
        }

        return tensor(mask, new long[] { queriesPerKey * length, length }, device: device);
    }
}
