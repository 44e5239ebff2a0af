using SlmEdge.Training.Families;
using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>
/// The rotated keys and the values of a batch of sequences, of which each step evaluates only the newest token. Sequences end at the same column: shorter ones are
/// filled on the left, and the fillers hidden, so that a window is the same columns for all of them.
/// </summary>
/// <remarks>Without gradients only.</remarks>
internal sealed class KvCache : IDisposable
{
    private readonly DecoderModel _model;
    private readonly LayerCache[] _layers;
    private long[] _fillers;

    private KvCache(DecoderModel model, int[][] sequences)
    {
        _model = model;
        Length = sequences.Max(s => s.Length);
        _fillers = [.. sequences.Select(s => (long)(Length - s.Length))];
        _layers = [.. Enumerable.Range(0, model.Layers.Count).Select(_ => new LayerCache())];
    }

    /// <summary>Columns, and so the length of the longest sequence that there ever was.</summary>
    public int Length { get; private set; }

    /// <summary>Length of the longest sequence that is still there.</summary>
    public int Longest => Length - (int)_fillers.Min();

    /// <summary>Bytes that one token of a sequence takes.</summary>
    public static long TokenBytes(DecoderModel model) =>
        2L * sizeof(float) * model.Config.NumHiddenLayers * model.Config.NumKeyValueHeads * model.Config.HeadDim;

    /// <summary>Evaluates whole sequences, packed, and keeps their keys and values.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Token ids; none empty.</param>
    /// <returns>The cache and the likeliest next token of each sequence.</returns>
    public static (KvCache Cache, int[] Next) Evaluate(DecoderModel model, int[][] sequences)
    {
        using var scope = NewDisposeScope();
        var cache = new KvCache(model, sequences);
        var pack = PackedSequences.WithSharedPrefixes(sequences);
        var layout = new AttentionLayout(pack);

        // Fillers are copies of the first row.
        var rows = new long[sequences.Length * cache.Length];
        for (var i = 0; i < sequences.Length; i++)
        {
            for (var t = 0; t < sequences[i].Length; t++)
            {
                rows[(i * cache.Length) + cache._fillers[i] + t] = pack.RowOf(i, t);
            }
        }

        var hidden = model.Forward(pack.Tokens, pack.Positions, pack.MaxLength, layer => cache._layers[layer].Keep(layout, rows, cache.Length));
        cache.Hide();
        long[] last = [.. sequences.Select((sequence, i) => (long)pack.RowOf(i, sequence.Length - 1))];
        return (cache, cache.Likeliest(hidden.index_select(0, tensor(last, device: model.Device))));
    }

    /// <summary>Appends one token to every sequence; gives the likeliest next ones.</summary>
    /// <param name="tokens">One for each sequence, in order.</param>
    public int[] Append(int[] tokens)
    {
        using var scope = NewDisposeScope();
        long[] positions = [.. _fillers.Select(f => Length - f)];
        Length++;
        var hidden = _model.Forward([.. tokens.Select(t => (long)t)], positions, Longest, layer => _layers[layer].Next(Length));
        return Likeliest(hidden);
    }

    /// <summary>Lets go of all sequences but the given ones.</summary>
    /// <param name="kept">Indices, ascending.</param>
    public void Keep(int[] kept)
    {
        using var scope = NewDisposeScope();
        var heads = _model.Config.NumKeyValueHeads;
        var rows = tensor([.. kept.SelectMany(i => Enumerable.Range(i * heads, heads)).Select(r => (long)r)], device: _model.Device);
        foreach (var layer in _layers)
        {
            layer.Select(rows);
        }

        _fillers = [.. kept.Select(i => _fillers[i])];
        Hide();
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }

    private int[] Likeliest(Tensor hidden) => [.. _model.Logits(hidden).argmax(-1).cpu().data<long>().ToArray().Select(t => (int)t)];

    /// <summary>Where there are fillers, what hides them: <c>[sequences * kvHeads, 1, columns]</c> of the longest filling.</summary>
    private void Hide()
    {
        var most = (int)_fillers.Max();
        var heads = _model.Config.NumKeyValueHeads;
        float[] hidden = [.. _fillers.SelectMany(f => Enumerable.Range(0, heads).SelectMany(_ => Enumerable.Range(0, most).Select(c => c < f ? AttentionBlock.Hidden : 0)))];
        foreach (var layer in _layers)
        {
            layer.Hide(hidden, _fillers.Length * heads, most);
        }
    }
}
