using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// A decoder: token embedding, blocks as its family's design has them, a final norm, and a head that is either
/// its own matrix or the embedding itself (tied). Weights carry their Hugging Face names.
/// </summary>
/// <remarks>Not thread-safe: one thread computes at a time.</remarks>
public sealed class DecoderModel : IDisposable
{
    /// <summary>Numbers in one activation of the feed-forward block that are computed anew at a time: 64 MiB of fp32, of which there are about six.</summary>
    internal const long RecomputedElements = 1 << 24;

    private readonly Dictionary<string, Tensor> _dense;
    private readonly RotaryEmbeddings _rotary;
    private readonly Norm _finalNorm;
    private readonly double _embeddingScale;

    /// <param name="config">The model's shape.</param>
    /// <param name="parameters">Dense tensors by name.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="held">The projections' matrices by name, where they are not among the dense tensors.</param>
    internal DecoderModel(
        DecoderConfig config, IReadOnlyDictionary<string, Tensor> parameters, Device device, IReadOnlyDictionary<string, LinearWeight>? held = null)
    {
        Config = config;
        Device = device;
        _dense = new Dictionary<string, Tensor>(parameters, StringComparer.Ordinal);
        _rotary = new RotaryEmbeddings(config, device);
        _embeddingScale = config.Blocks.EmbeddingScale;
        var assembly = new DecoderAssembly(config, parameters, held);
        _finalNorm = assembly.FinalNorm();
        Embedding = parameters[DecoderTensorNames.Embedding];
        Head = config.TieWordEmbeddings ? Embedding : parameters[DecoderTensorNames.Head];
        Layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(assembly.Layer)];
        foreach (var (name, weight) in held ?? new Dictionary<string, LinearWeight>())
        {
            if (weight is DenseWeight dense)
            {
                _dense.Add(name, dense.Value);
            }
        }
    }

    /// <summary>The model's shape.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Whether training keeps only the input of each decoder block and computes the rest again in the backward pass.</summary>
    public bool RecomputeActivations { get; set; }

    /// <summary>Token embedding, <c>[vocabulary, hidden]</c>; of a frozen base in the type in which it is stored.</summary>
    internal Tensor Embedding { get; }

    /// <summary>Output matrix, <c>[vocabulary, hidden]</c>; the same tensor as <see cref="Embedding"/> when tied.</summary>
    internal Tensor Head { get; }

    internal IReadOnlyList<DecoderLayer> Layers { get; }

    internal IEnumerable<LinearLayer> Linears => Layers.SelectMany(l => l.Linears);

    /// <summary>Dense parameters by Hugging Face name, in a fixed order. Projections that were quantised are no longer among them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters =>
        DecoderTensorNames.All(Config).Where(_dense.ContainsKey).Select(n => KeyValuePair.Create(n, _dense[n]));

    /// <summary>Number of parameters, a tied head counted once.</summary>
    public long ParameterCount =>
        Parameters.Where(p => !p.Key.EndsWith("_proj.weight", StringComparison.Ordinal)).Sum(p => p.Value.NumberOfElements)
        + Linears.Sum(l => l.Weight.OutFeatures * l.Weight.InFeatures);

    /// <summary>Residual stream after the final norm, <c>[tokens, hidden]</c>.</summary>
    /// <param name="pack">The sequences; none longer than the model's context.</param>
    /// <exception cref="TrainingException">A sequence is longer than the model's context.</exception>
    public Tensor Forward(PackedSequences pack) => Forward(pack, null);

    /// <summary>The same, and shows the residual stream before the first block and after each, <c>[tokens, hidden]</c>, which is gone afterwards.</summary>
    internal Tensor Forward(PackedSequences pack, Action<Tensor>? show)
    {
        var layout = new AttentionLayout(pack);
        return Forward(pack.Tokens, pack.Positions, pack.MaxLength, _ => layout, show);
    }

    /// <summary>As <see cref="Forward(PackedSequences)"/>, with an attention of each layer's own.</summary>
    /// <param name="tokens">Token ids, <c>[tokens]</c>.</param>
    /// <param name="positions">Position of each in its sequence.</param>
    /// <param name="longest">Length of the longest sequence, earlier tokens included.</param>
    /// <param name="attention">What the queries of a layer see.</param>
    /// <param name="show">Shown the residual stream before the first block and after each; or null.</param>
    internal Tensor Forward(long[] tokens, long[] positions, int longest, Func<int, IAttention> attention, Action<Tensor>? show = null)
    {
        if (longest > Config.ContextLength)
        {
            throw new TrainingException(
                $"A sequence of {longest} tokens does not fit the model's context of {Config.ContextLength} (max_position_embeddings or sliding_window).");
        }

        using var scope = NewDisposeScope();
        var rotary = _rotary.At(positions, longest);
        var hidden = Embedding.index_select(0, tensor(tokens, device: Device)).to(ScalarType.Float32);
        if (_embeddingScale != 1)
        {
            hidden = hidden * _embeddingScale;
        }

        var recompute = RecomputeActivations && is_grad_enabled();
        show?.Invoke(hidden);
        var anchor = recompute ? zeros(1, device: Device).requires_grad_(true) : null;
        foreach (var (index, layer) in Layers.Index())
        {
            var before = hidden;
            var seen = attention(index);

            // The tables' rows above are gone by the time of the backward pass.
            hidden = recompute
                ? RecomputedActivations.Run(
                    x => layer.Attend(x, _rotary.At(positions, longest), seen),
                    layer.Feed,
                    Math.Max(1, (int)(RecomputedElements / Config.IntermediateSize)),
                    hidden,
                    anchor!)
                : Layer(layer, hidden, rotary, seen);
            show?.Invoke(hidden);

            // Autograd keeps what it needs of it; without a graph, only one layer's stream is alive.
            before.Dispose();
        }

        return _finalNorm.Apply(hidden).MoveToOuterDisposeScope();
    }

    private static Tensor Layer(DecoderLayer layer, Tensor hidden, RotaryTables rotary, IAttention attention)
    {
        using var attended = layer.Attend(hidden, rotary, attention);
        return layer.Feed(attended);
    }

    /// <summary>Logits of the given rows of <see cref="Forward(PackedSequences)"/>'s result, <c>[rows, vocabulary]</c>.</summary>
    /// <param name="hidden"><c>[rows, hidden]</c>.</param>
    public Tensor Logits(Tensor hidden) => Softcap(OutputHead.Logits(hidden, Head));

    /// <summary>Bounds logits where the model does: <c>c · tanh(logit / c)</c>. For logits of some tokens only, computed from rows of <see cref="Head"/>.</summary>
    internal Tensor Softcap(Tensor logits) => Config.LogitSoftcap is { } bound ? (logits / bound).tanh() * bound : logits;

    /// <summary>Gives each targeted projection a fresh adapter and freezes everything else.</summary>
    /// <param name="config">LoRA settings.</param>
    /// <exception cref="TrainingException">The settings are out of range or target nothing.</exception>
    public void AttachAdapters(LoraConfig config)
    {
        config.Validate();
        Freeze();
        var modules = Linears.Select(l => l.Name).ToArray();
        if (config.FindIdle(modules) is { } stranger)
        {
            throw new TrainingException(
                $"LoRA target '{stranger}' matches nothing in this model. Its projections are {string.Join(", ", Linears.Select(l => l.Projection).Distinct())}, with full names like {modules[0]}; '{LoraConfig.AllLinear}' takes them all.");
        }

        var targets = Linears.Where(l => config.Targets(l.Name)).ToArray();
        if (targets.Length == 0)
        {
            throw new TrainingException(
                $"LoRA has nothing to adapt: of the modules that match {config.TargetModules}, none is left by exclude_modules ({config.ExcludeModules}) and layers_to_transform ({string.Join(", ", config.LayersToTransform ?? [])}). The model has layers 0 to {Config.NumHiddenLayers - 1}.");
        }

        foreach (var linear in targets)
        {
            linear.Adapter?.Dispose();
            linear.Adapter = LoraAdapter.Create(linear, config, Device);
        }
    }

    /// <summary>Makes every dense parameter trainable.</summary>
    public void Unfreeze()
    {
        foreach (var parameter in _dense.Values)
        {
            parameter.requires_grad_(true);
        }
    }

    /// <summary>Makes no dense parameter trainable; adapters stay as they are.</summary>
    public void Freeze()
    {
        foreach (var parameter in _dense.Values)
        {
            parameter.requires_grad_(false);
        }
    }

    /// <summary>The trainable tensors by name: adapter factors when there are adapters, otherwise the dense parameters that require gradients.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> TrainableParameters()
    {
        var adapted = Linears.Where(l => l.Adapter is not null).ToArray();
        return adapted.Length > 0
            ? [.. adapted.SelectMany(l => l.Adapter!.Parameters(l.Name))]
            : [.. Parameters.Where(p => p.Value.requires_grad)];
    }

    /// <summary>Turns dropout on or off.</summary>
    internal void SetTraining(bool training)
    {
        foreach (var linear in Linears)
        {
            if (linear.Adapter is not null)
            {
                linear.Adapter.Training = training;
            }
        }
    }

    /// <summary>Holds every projection in another form (for example NF4) and lets the dense one go, layer by layer.</summary>
    internal void ReplaceWeights(Func<LinearLayer, LinearWeight> replacement)
    {
        foreach (var linear in Linears)
        {
            linear.ReplaceWeight(replacement(linear));
            _dense.Remove(linear.Name + ".weight");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        Embedding.Dispose();
        _finalNorm.Dispose();
        Head.Dispose();
        _rotary.Dispose();
    }
}
