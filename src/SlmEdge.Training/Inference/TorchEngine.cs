using SlmEdge.Engines;
using SlmEdge.Tasks.Labels;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>The training model behind the engines' interface, so that the proof scores it with the same code as the device's engines.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class TorchEngine : IEngine
{
    private const int PackTokens = 4096;

    /// <summary>Most logits of a pack, 128 MiB of fp32.</summary>
    private const int PackLogits = 1 << 25;

    private readonly DecoderModel _model;

    private TorchEngine(DecoderModel model) => _model = model;

    /// <inheritdoc/>
    public EngineInfo Info => new("libtorch", "", "", "", get_num_threads(), _model.Device.type == DeviceType.CUDA, null);

    /// <inheritdoc/>
    public int VocabularySize => _model.Config.VocabSize;

    /// <inheritdoc/>
    public int ContextLength => _model.Config.ContextLength;

    /// <summary>An engine over a model that stays its owner's.</summary>
    internal static TorchEngine Over(DecoderModel model) => new(model);

    /// <summary>Opens a model directory or GGUF file, with an adapter if one is named; the base is then held in the form that the adapter was trained on.</summary>
    /// <param name="baseDirectory">Model in Hugging Face layout.</param>
    /// <param name="adapterDirectory">Adapter in PEFT layout; its base must be <paramref name="baseDirectory"/>.</param>
    /// <param name="threads">Compute threads; 0 leaves the choice to libtorch.</param>
    /// <exception cref="TrainingException">The adapter belongs to another base.</exception>
    public static TorchEngine Open(string baseDirectory, string? adapterDirectory = null, int threads = 0)
    {
        NativeAllocator.KeepFreedMemory();
        if (threads > 0)
        {
            set_num_threads(threads);
        }

        if (adapterDirectory is not null)
        {
            AdapterDirectory.CheckBase(adapterDirectory, baseDirectory);
        }

        var form = adapterDirectory is null ? null : AdapterDirectory.ReadSettings(adapterDirectory).HeldForm;
        var model = ModelDirectory.Load(baseDirectory, form is { } held ? HeldBase.Forms(held) : WeightForms.Frozen);
        try
        {
            if (adapterDirectory is not null)
            {
                AdapterDirectory.Load(model, adapterDirectory);
            }

            return new TorchEngine(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ScoreLabels(ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, LabelTrie labels, Span<float> logProbs, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (logProbs.Length != texts.Count * labels.LabelCount)
        {
            throw new ArgumentException($"{texts.Count} texts and {labels.LabelCount} labels need {texts.Count * labels.LabelCount} scores, not {logProbs.Length}.", nameof(logProbs));
        }

        // One sequence for every text and every inner node of the trie: prefix, text, and the label tokens down to the node.
        var queries = new List<LabelQuery>();
        var shared = prefix.ToArray();
        for (var text = 0; text < texts.Count; text++)
        {
            for (var node = 0; node < labels.NodeCount; node++)
            {
                if (labels[node].ChildCount > 0)
                {
                    var path = new int[labels[node].Depth];
                    labels.CopyPath(node, path);
                    queries.Add(new LabelQuery(text, node, [.. shared, .. texts[text], .. path]));
                }
            }
        }

        // Log-probability of every node's token under its parent, per text.
        var edges = new float[texts.Count * labels.NodeCount];
        foreach (var pack in Packs(queries.OrderBy(q => q.Tokens.Length), shared.Length, Math.Max(16, PackLogits / VocabularySize)))
        {
            ct.ThrowIfCancellationRequested();
            ScorePack(pack, labels, edges);
        }

        for (var text = 0; text < texts.Count; text++)
        {
            for (var label = 0; label < labels.LabelCount; label++)
            {
                var sum = 0f;
                for (var node = labels.GetLabelNode(label); labels[node].Depth > 0; node = labels[node].Parent)
                {
                    sum += edges[(text * labels.NodeCount) + node];
                }

                logProbs[(text * labels.LabelCount) + label] = sum;
            }
        }
    }

    /// <inheritdoc/>
    public float[] EvaluateLogits(ReadOnlySpan<int> tokens)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return ModelDirectory.ReadValues(_model.Logits(_model.Forward(new PackedSequences([tokens.ToArray()]))));
    }

    /// <summary>Sum of the losses (nats) of a text's tokens after the first, and the most likely token at each of those places.</summary>
    /// <param name="tokens">At least two tokens, no more than the context.</param>
    internal (double Loss, int[] Likeliest) NextTokenLoss(ReadOnlySpan<int> tokens)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var places = tokens.Length - 1;
        var logProbs = _model.Logits(_model.Forward(new PackedSequences([tokens[..places].ToArray()]))).log_softmax(-1);
        long[] targets = [.. tokens[1..].ToArray()];
        var losses = ModelDirectory.ReadValues(logProbs.gather(1, tensor(targets, new long[] { places, 1 }, device: _model.Device)));
        var likeliest = ModelDirectory.ReadValues(logProbs.argmax(-1));
        return (-losses.Sum(l => (double)l), [.. likeliest.Select(v => (int)v)]);
    }

    /// <inheritdoc/>
    public int[] GenerateGreedy(ReadOnlySpan<int> prompt, int maxTokens, CancellationToken ct = default) =>
        GreedyDecoder.Continue(_model, prompt, maxTokens, _model.Config.EosTokenId ?? -1, ct);

    /// <summary>Continues every prompt greedily up to an end token.</summary>
    internal GreedyAnswer[] Answer(IReadOnlyList<int[]> prompts, int maxTokens, IReadOnlyList<int> endTokens, CancellationToken ct) =>
        GreedyDecoder.ContinueAll(_model, prompts, maxTokens, endTokens, ct);

    /// <summary>Sum of the losses (nats) of the supervised tokens of each example.</summary>
    internal double[] ReferenceLosses(IReadOnlyList<SupervisedExample> examples, CancellationToken ct)
    {
        using var guard = no_grad();
        var losses = new double[examples.Count];
        for (var i = 0; i < examples.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var hidden = _model.Forward(new PackedSequences([examples[i].Tokens]));
            losses[i] = ChunkedCrossEntropy.Evaluate(
                hidden, [.. examples[i].Positions.Select(p => (long)p)], [.. examples[i].Targets.Select(t => (long)t)], _model.Head, _model.Config.LogitSoftcap);
        }

        return losses;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private void ScorePack(List<LabelQuery> queries, LabelTrie labels, float[] edges)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var pack = PackedSequences.WithSharedPrefixes([.. queries.Select(q => q.Tokens)]);
        var last = Enumerable.Range(0, queries.Count).Select(i => (long)pack.RowOf(i, pack.Lengths[i] - 1)).ToArray();
        var logProbs = _model.Logits(_model.Forward(pack).index_select(0, tensor(last, device: _model.Device))).log_softmax(-1);
        var values = ModelDirectory.ReadValues(logProbs);
        for (var q = 0; q < queries.Count; q++)
        {
            var first = labels[queries[q].Node].FirstChild;
            for (var child = first; child < first + labels[queries[q].Node].ChildCount; child++)
            {
                edges[(queries[q].Text * labels.NodeCount) + child] = values[(q * VocabularySize) + labels[child].Token];
            }
        }
    }

    /// <summary>Queries behind one copy of their prefix, which is computed once for each pack and so is counted once.</summary>
    private static IEnumerable<List<LabelQuery>> Packs(IEnumerable<LabelQuery> queries, int prefix, int most)
    {
        var pack = new List<LabelQuery>();
        var own = 0;
        var room = Math.Max(PackTokens - prefix, PackTokens / 2);
        foreach (var query in queries)
        {
            if (pack.Count > 0 && (own + query.Tokens.Length - prefix > room || pack.Count == most))
            {
                yield return pack;
                pack = [];
                own = 0;
            }

            pack.Add(query);
            own += query.Tokens.Length - prefix;
        }

        if (pack.Count > 0)
        {
            yield return pack;
        }
    }

    private readonly record struct LabelQuery(int Text, int Node, int[] Tokens);
}
