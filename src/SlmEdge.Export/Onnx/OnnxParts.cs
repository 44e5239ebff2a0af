using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>What the pieces of a decoder's graph share: the graph, the model's tensors by part, and the forms of projections and norms.</summary>
internal sealed class OnnxParts(ModelWeights weights, OnnxGraphBuilder graph, OnnxPrecision precision, OnnxQuantizationOptions options, LoraFactors? lora, Action<string> reading)
{
    private readonly ILookup<(DecoderPart, int), DecoderTensor> _tensors = DecoderTensors.Of(weights.Config).All.ToLookup(t => (t.Part, t.Layer));

    private readonly OnnxLora? _lora = lora is null ? null : new OnnxLora(graph, weights, lora);

    public OnnxGraphBuilder Graph => graph;

    public DecoderConfig Config { get; } = weights.Config;

    public BlockDesign Design { get; } = weights.Config.Blocks;

    public OnnxMatrices Matrices { get; } = new(graph, weights, reading);

    public OnnxPrecision Precision => precision;

    public OnnxQuantizationOptions Options => options;

    /// <summary><c>input · Wᵀ</c> and its bias where there is one; several parts are stacked along their rows.</summary>
    /// <param name="input">Name of what is projected.</param>
    /// <param name="node">Name of the projection's nodes.</param>
    /// <param name="layer">The block.</param>
    /// <param name="parts">What projects.</param>
    public string Project(string input, string node, int layer, params DecoderPart[] parts)
    {
        string[] matrices = [.. parts.Select(part => Weight(part, layer).Name)];
        string product = node + "/MatMul";
        string projected = precision == OnnxPrecision.Fp32
            ? Matrices.AddMatMul(input, product, product + "/output_0", matrices)
            : Matrices.AddMatMulNBits(input, product + "_Q4", product + "_Q4/output_0", options.Projections, options.AccuracyLevel, matrices);
        projected = _lora?.AddBranch(input, projected, product, matrices) ?? projected;
        string[] biases = [.. parts.Select(part => Bias(part, layer)?.Name).OfType<string>()];
        return biases.Length == 0
            ? projected
            : graph.AddNode("Add", [projected, Matrices.AddVector(node[1..].Replace('/', '.') + ".bias", biases)], [node + "/Add/output_0"], name: node + "/Add");
    }

    /// <summary>A norm over the last dimension.</summary>
    public string Norm(string input, string node, DecoderPart part, int layer)
    {
        string type = Design.Norm == NormKind.Layer ? "LayerNormalization" : "SimplifiedLayerNormalization";
        OnnxAttribute[] attributes = [Epsilon(), OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("stash_type", 1)];
        return graph.AddNode(type, [input, .. NormWeights(part, layer)], [node + "/output_0"], name: node + "/LayerNorm", attributes: attributes);
    }

    /// <summary>The norm of input + skip, and that sum as the new residual stream.</summary>
    public (string Normed, string Residual) SkipNorm(string residual, string skip, string node, DecoderPart part, int layer)
    {
        string normed = node + "/output_0";
        string sum = node + "/output_3";
        graph.AddNode(
            Design.Norm == NormKind.Layer ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization",
            [residual, skip, .. NormWeights(part, layer)],
            part == DecoderPart.FinalNorm ? [normed] : [normed, "", "", sum],
            OnnxGraphBuilder.MicrosoftDomain,
            node + "/SkipLayerNorm",
            [Epsilon()]);
        return (normed, sum);
    }

    /// <summary>The weight of a part of a block.</summary>
    public DecoderTensor Weight(DecoderPart part, int layer) => _tensors[(part, layer)].First();

    /// <summary>All tensors of a part: one, or one for each head.</summary>
    public IEnumerable<DecoderTensor> Weights(DecoderPart part, int layer) => _tensors[(part, layer)];

    public OnnxAttribute Epsilon() => OnnxAttribute.Float("epsilon", (float)Config.NormEps);

    /// <summary>A single number as a constant.</summary>
    public string Constant(string name, double value) => graph.AddInitializer(name, [], new float[] { (float)value });

    private DecoderTensor? Bias(DecoderPart part, int layer) => _tensors[(part, layer)].FirstOrDefault(t => t is { IsProjection: false, IsNormWeight: false });

    private IEnumerable<string> NormWeights(DecoderPart part, int layer) =>
        _tensors[(part, layer)].Select(t => Matrices.AddVector(t.Name, t.IsNormWeight && Design.Norm == NormKind.RmsAroundZero ? 1 : 0));
}
