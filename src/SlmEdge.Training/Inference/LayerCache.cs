using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>Keys and values of one layer, <c>[sequences * kvHeads, columns, headDim]</c> each, with room for more columns.</summary>
internal sealed class LayerCache : IDisposable
{
    private const int Room = 64;

    private Tensor? _keys;
    private Tensor? _values;
    private Tensor? _hidden;
    private int _length;

    /// <summary>Attention within a pack, whose keys and values are kept.</summary>
    /// <param name="layout">The pack's attention.</param>
    /// <param name="rows">The row of the pack of every sequence and column.</param>
    /// <param name="columns">Columns of a sequence.</param>
    public IAttention Keep(AttentionLayout layout, long[] rows, int columns) => new Keeping(this, layout, rows, columns);

    /// <summary>Attention of one new token of each sequence over itself and what was kept.</summary>
    /// <param name="length">Columns with the new one.</param>
    public IAttention Next(int length)
    {
        _length = length;
        return new Stepping(this);
    }

    /// <summary>Keeps some rows of the first dimension.</summary>
    public void Select(Tensor rows)
    {
        Replace(ref _keys, _keys!.index_select(0, rows));
        Replace(ref _values, _values!.index_select(0, rows));
    }

    /// <summary>Sets what is added to the scores of the first columns.</summary>
    public void Hide(float[] hidden, int rows, int columns)
    {
        _hidden?.Dispose();
        _hidden = columns == 0 ? null : tensor(hidden, new long[] { rows, 1, columns }, device: _keys!.device).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        _hidden?.Dispose();
    }

    private static void Replace(ref Tensor? old, Tensor value)
    {
        old?.Dispose();
        old = value.DetachFromDisposeScope();
    }

    private static void Grow(ref Tensor? kept, int columns)
    {
        if (kept!.shape[1] >= columns)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var wider = empty([kept.shape[0], Math.Max(columns, kept.shape[1] * 3 / 2), kept.shape[2]], dtype: kept.dtype, device: kept.device);
        wider.narrow(1, 0, kept.shape[1]).copy_(kept);
        Replace(ref kept, wider);
    }

    private sealed class Keeping(LayerCache cache, AttentionLayout layout, long[] rows, int columns) : IAttention
    {
        public Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap)
        {
            Copy(k, headDim, ref cache._keys);
            Copy(v, headDim, ref cache._values);
            return layout.Attend(q, k, v, headDim, scale, window, softcap);
        }

        private void Copy(Tensor packed, int headDim, ref Tensor? kept)
        {
            using var scope = NewDisposeScope();
            var sequences = rows.Length / columns;
            var heads = packed.shape[1] / headDim;
            var aligned = packed.index_select(0, tensor(rows, device: packed.device)).view(sequences, columns, heads, headDim).permute(0, 2, 1, 3);
            var room = empty(sequences * heads, columns + Room, headDim, dtype: packed.dtype, device: packed.device);
            room.narrow(1, 0, columns).copy_(aligned.reshape(sequences * heads, columns, headDim));
            Replace(ref kept, room);
        }
    }

    private sealed class Stepping(LayerCache cache) : IAttention
    {
        public Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap)
        {
            using var scope = NewDisposeScope();
            var length = cache._length;
            var sequences = q.shape[0];
            var kvHeads = k.shape[1] / headDim;
            var group = q.shape[1] / k.shape[1];
            Grow(ref cache._keys, length);
            Grow(ref cache._values, length);
            cache._keys!.narrow(1, length - 1, 1).copy_(k.view(sequences * kvHeads, 1, headDim));
            cache._values!.narrow(1, length - 1, 1).copy_(v.view(sequences * kvHeads, 1, headDim));
            var first = window > 0 ? Math.Max(0, length - window) : 0;
            var shape = new AttentionShape((int)kvHeads, (int)group, headDim, scale, window, softcap);
            var (output, _) = AttentionBlock.Forward(
                shape,
                (q * scale).view(sequences * kvHeads, group, headDim),
                cache._keys.narrow(1, first, length - first),
                cache._values.narrow(1, first, length - first),
                scores =>
                {
                    var fillers = (cache._hidden?.shape[2] ?? 0) - first;
                    if (fillers > 0)
                    {
                        scores.narrow(2, 0, fillers).add_(cache._hidden!.narrow(2, first, fillers));
                    }
                });
            return output.view(sequences, kvHeads * group * headDim).MoveToOuterDisposeScope();
        }
    }
}
