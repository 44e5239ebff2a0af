using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>Puts a model's layers together from its tensors, as the family's design says.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="parameters">Every dense tensor of <see cref="DecoderTensors"/>, by name.</param>
/// <param name="held">The projections' matrices that are held in another form, by name.</param>
internal sealed class DecoderAssembly(
    DecoderConfig config, IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyDictionary<string, LinearWeight>? held = null)
{
    private readonly BlockDesign _design = config.Blocks;
    private readonly ILookup<(DecoderPart, int), DecoderTensor> _tensors = DecoderTensors.Of(config).All.ToLookup(t => (t.Part, t.Layer));

    public Norm FinalNorm() => Norm(DecoderPart.FinalNorm, -1);

    public DecoderLayer Layer(int layer) => new()
    {
        InputNorm = Norm(DecoderPart.InputNorm, layer),
        Attention = new SelfAttention
        {
            Inputs = _design.FusedProjections
                ? [Linear(DecoderPart.QueryKeyValue, layer)]
                : [Linear(DecoderPart.Query, layer), Linear(DecoderPart.Key, layer), Linear(DecoderPart.Value, layer)],
            Output = Linear(DecoderPart.AttentionOutput, layer),
            QueryNorm = HeadNorm(DecoderPart.QueryNorm, layer),
            KeyNorm = HeadNorm(DecoderPart.KeyNorm, layer),
            Heads = config.NumAttentionHeads,
            KvHeads = config.NumKeyValueHeads,
            HeadDim = config.HeadDim,
            Scale = config.AttentionScale,
            Window = config.Window(layer),
            Softcap = config.AttentionSoftcap ?? 0,
        },
        PostAttentionNorm = _design.PostNorms ? Norm(DecoderPart.PostAttentionNorm, layer) : null,
        FeedForwardNorm = _design.ParallelResidual ? null : Norm(DecoderPart.FeedForwardNorm, layer),
        FeedForward = new GatedFeedForward
        {
            Inputs = _design.FusedProjections
                ? [Linear(DecoderPart.GateUp, layer)]
                : [Linear(DecoderPart.Gate, layer), Linear(DecoderPart.Up, layer)],
            Down = Linear(DecoderPart.Down, layer),
            Activation = _design.Activation,
        },
        PostFeedForwardNorm = _design.PostNorms ? Norm(DecoderPart.PostFeedForwardNorm, layer) : null,
        IsLocal = config.IsLocal(layer),
    };

    private LinearLayer Linear(DecoderPart part, int layer)
    {
        var weight = _tensors[(part, layer)].First();
        var matrix = held?.GetValueOrDefault(weight.Name) ?? new DenseWeight(parameters[weight.Name]);
        return new LinearLayer(weight.Name[..^".weight".Length], matrix, Bias(part, layer));
    }

    private Norm Norm(DecoderPart part, int layer) =>
        new(_design.Norm, [.. _tensors[(part, layer)].Where(t => t.IsNormWeight).Select(t => parameters[t.Name])], Bias(part, layer), config.NormEps);

    private Norm? HeadNorm(DecoderPart part, int layer) => _tensors.Contains((part, layer)) ? Norm(part, layer) : null;

    private Tensor? Bias(DecoderPart part, int layer) =>
        _tensors[(part, layer)].FirstOrDefault(t => t.Name.EndsWith(".bias", StringComparison.Ordinal)) is { } bias ? parameters[bias.Name] : null;
}
