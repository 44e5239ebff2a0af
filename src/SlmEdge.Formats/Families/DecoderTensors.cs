using System.Globalization;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// The tensors that a configuration calls for, and the way between their names in Hugging Face's layout and in GGUF, in both directions.
/// They follow from the family's <see cref="BlockDesign"/> and its table of names.
/// </summary>
public sealed class DecoderTensors
{
    private readonly Dictionary<string, DecoderTensor> _byName;
    private readonly ILookup<string, DecoderTensor> _byGgufName;

    private DecoderTensors(IReadOnlyList<DecoderTensor> all)
    {
        All = all;
        _byName = all.ToDictionary(t => t.Name, StringComparer.Ordinal);
        _byGgufName = all.ToLookup(t => t.GgufName, StringComparer.Ordinal);
    }

    /// <summary>All of them in file order.</summary>
    public IReadOnlyList<DecoderTensor> All { get; }

    /// <summary>The tensors of a model.</summary>
    /// <param name="config">The model's shape.</param>
    public static DecoderTensors Of(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new DecoderTensors([.. new Listing(config).Tensors()]);
    }

    /// <summary>The tensor of a name in Hugging Face's layout, or null.</summary>
    /// <param name="name">For example <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
    public DecoderTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// The tensors that one tensor of a GGUF file holds: one, or several where GGUF stacks them along its slowest dimension; none when the model has no such tensor.
    /// </summary>
    /// <param name="ggufName">For example <c>blk.0.attn_q.weight</c>.</param>
    public IEnumerable<DecoderTensor> InGguf(string ggufName) => _byGgufName[ggufName];

    private sealed class Listing(DecoderConfig config)
    {
        private const string Weight = ".weight";
        private const string Bias = ".bias";

        private readonly BlockDesign _design = config.Blocks;
        private readonly PartNames _names = config.Family.Names;
        private readonly long _hidden = config.HiddenSize;
        private readonly long _queries = (long)config.NumAttentionHeads * config.HeadDim;
        private readonly long _keys = (long)config.NumKeyValueHeads * config.HeadDim;
        private readonly long _inner = config.IntermediateSize;

        public IEnumerable<DecoderTensor> Tensors()
        {
            yield return Tensor(DecoderPart.Embedding, -1, Weight, [config.VocabSize, _hidden]);
            for (int layer = 0; layer < config.NumHiddenLayers; layer++)
            {
                foreach (DecoderTensor tensor in Attention(layer).Concat(FeedForward(layer)))
                {
                    yield return tensor;
                }
            }

            foreach (DecoderTensor tensor in Norm(DecoderPart.FinalNorm, -1))
            {
                yield return tensor;
            }

            if (!config.TieWordEmbeddings)
            {
                yield return Tensor(DecoderPart.Head, -1, Weight, [config.VocabSize, _hidden]);
            }
        }

        private IEnumerable<DecoderTensor> Attention(int layer)
        {
            IEnumerable<DecoderTensor> projections = _design.FusedProjections
                ? Projections(layer, _hidden, _design.QueryKeyValueBias, (DecoderPart.QueryKeyValue, _queries + (2 * _keys)))
                : Projections(layer, _hidden, _design.QueryKeyValueBias, (DecoderPart.Query, _queries), (DecoderPart.Key, _keys), (DecoderPart.Value, _keys));
            return
            [
                .. Norm(DecoderPart.InputNorm, layer),
                .. projections,
                .. HeadNorms(DecoderPart.QueryNorm, layer, config.NumAttentionHeads),
                .. HeadNorms(DecoderPart.KeyNorm, layer, config.NumKeyValueHeads),
                .. Projections(layer, _queries, _design.OutputBias, (DecoderPart.AttentionOutput, _hidden)),
                .. _design.PostNorms ? Norm(DecoderPart.PostAttentionNorm, layer) : [],
            ];
        }

        private IEnumerable<DecoderTensor> FeedForward(int layer) =>
        [
            .. _design.ParallelResidual ? [] : Norm(DecoderPart.FeedForwardNorm, layer),
            .. _design.FusedProjections
                ? Projections(layer, _hidden, _design.FeedForwardBias, (DecoderPart.GateUp, 2 * _inner))
                : Projections(layer, _hidden, _design.FeedForwardBias, (DecoderPart.Gate, _inner), (DecoderPart.Up, _inner)),
            .. Projections(layer, _inner, _design.FeedForwardBias, (DecoderPart.Down, _hidden)),
            .. _design.PostNorms ? Norm(DecoderPart.PostFeedForwardNorm, layer) : [],
        ];

        private IEnumerable<DecoderTensor> Projections(int layer, long columns, bool bias, params (DecoderPart Part, long Rows)[] parts) =>
        [
            .. parts.Select(p => Tensor(p.Part, layer, Weight, [p.Rows, columns]) with { IsProjection = true }),
            .. bias ? parts.Select(p => Tensor(p.Part, layer, Bias, [p.Rows])) : [],
        ];

        private IEnumerable<DecoderTensor> Norm(DecoderPart part, int layer) =>
        [
            NormWeight(Tensor(part, layer, Weight, [_hidden])),
            .. _design.Norm == NormKind.Layer ? [Tensor(part, layer, Bias, [_hidden])] : Array.Empty<DecoderTensor>(),
        ];

        private IEnumerable<DecoderTensor> HeadNorms(DecoderPart part, int layer, int heads) => _design.QueryKeyNorm switch
        {
            HeadNorm.Shared => [NormWeight(Tensor(part, layer, Weight, [config.HeadDim]))],
            HeadNorm.PerHead => Enumerable.Range(0, heads).Select(head =>
            {
                DecoderTensor stacked = Tensor(part, layer, Weight, [config.HeadDim]);
                string module = stacked.Name[..^Weight.Length];
                return NormWeight(stacked) with { GgufStart = (long)head * config.HeadDim, Name = string.Create(CultureInfo.InvariantCulture, $"{module}.norms.{head}{Weight}") };
            }),
            _ => [],
        };

        private DecoderTensor NormWeight(DecoderTensor tensor) =>
            tensor with { IsNormWeight = true, GgufOffset = _design.Norm == NormKind.RmsAroundZero ? 1 : 0 };

        private DecoderTensor Tensor(DecoderPart part, int layer, string suffix, long[] shape)
        {
            (string huggingFace, string gguf) = _names[part];
            string number = layer.ToString(CultureInfo.InvariantCulture);
            (string before, string ggufBefore) = layer < 0 ? ("", "") : ($"model.layers.{number}.", $"blk.{number}.");
            int heads = part == DecoderPart.Query ? config.NumAttentionHeads : part == DecoderPart.Key ? config.NumKeyValueHeads : 0;
            return new DecoderTensor(part, layer, before + huggingFace + suffix, ggufBefore + gguf + suffix, shape)
            {
                InterleavedHeads = config.Family.InterleavesRotaryRows ? heads : 0,
            };
        }
    }
}
