using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// A decoder as an ONNX graph with ONNX Runtime's contributed operators: inputs, outputs and operators as ONNX Runtime GenAI's
/// model builder makes them for the CPU. It follows the <see cref="BlockDesign"/> and knows no family.
/// </summary>
internal sealed class DecoderOnnxGraph
{
    private readonly OnnxGraphBuilder _graph;
    private readonly DecoderConfig _config;
    private readonly OnnxParts _parts;

    private DecoderOnnxGraph(OnnxParts parts)
    {
        _graph = parts.Graph;
        _config = parts.Config;
        _parts = parts;
    }

    /// <summary>Builds the graph; weights are read when it is written.</summary>
    /// <param name="weights">The model.</param>
    /// <param name="precision">How matrices are stored.</param>
    /// <param name="options">Details of int4.</param>
    /// <param name="lora">An adapter that stays apart from the weights, or null.</param>
    /// <param name="reading">Told about each tensor.</param>
    public static OnnxGraphBuilder Build(ModelWeights weights, OnnxPrecision precision, OnnxQuantizationOptions options, LoraFactors? lora, Action<string> reading)
    {
        var graph = new OnnxGraphBuilder("main_graph");
        new DecoderOnnxGraph(new OnnxParts(weights, graph, precision, options, lora, reading)).AddAll();
        return graph;
    }

    private void AddAll()
    {
        string ids = _graph.AddInput(OnnxTensorNames.InputIds, OnnxDataType.Int64, "batch_size", "sequence_length");
        string mask = _graph.AddInput(OnnxTensorNames.AttentionMask, OnnxDataType.Int64, "batch_size", "total_sequence_length");
        DeclareCaches();
        (string lengths, string total, string total64) = AddSequenceLengths(mask);
        var embedding = new OnnxEmbedding(_parts);
        var attention = new OnnxAttention(_parts, lengths, total, new OnnxRotaryCaches(_parts, total64));
        var feedForward = new OnnxFeedForward(_parts);
        string residual = embedding.AddLookup(ids);
        string normed = _parts.Norm(residual, "/model/layers.0/input_layernorm", DecoderPart.InputNorm, 0);
        for (int layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            string node = $"/model/layers.{layer}";
            string joined = attention.Add(layer, normed);
            if (_parts.Design.ParallelResidual)
            {
                joined = _graph.AddNode("Add", [joined, feedForward.Add(layer, normed)], [node + "/residual_add/Add/output_0"], name: node + "/residual_add/Add");
            }
            else
            {
                (normed, residual) = _parts.SkipNorm(
                    residual, PostNorm(joined, node + "/post_attention_layernorm", DecoderPart.PostAttentionNorm, layer), FeedForwardNormNode(node), DecoderPart.FeedForwardNorm, layer);
                joined = PostNorm(feedForward.Add(layer, normed), node + "/post_feedforward_layernorm", DecoderPart.PostFeedForwardNorm, layer);
            }

            (normed, residual) = layer == _config.NumHiddenLayers - 1
                ? _parts.SkipNorm(residual, joined, "/model/norm", DecoderPart.FinalNorm, -1)
                : _parts.SkipNorm(residual, joined, $"/model/layers.{layer + 1}/input_layernorm", DecoderPart.InputNorm, layer + 1);
        }

        embedding.AddHead(normed);
    }

    private void DeclareCaches()
    {
        for (int layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            _graph.AddInput(OnnxTensorNames.PastKey(layer), OnnxDataType.Float, "batch_size", _config.NumKeyValueHeads, "past_sequence_length", _config.HeadDim);
            _graph.AddInput(OnnxTensorNames.PastValue(layer), OnnxDataType.Float, "batch_size", _config.NumKeyValueHeads, "past_sequence_length", _config.HeadDim);
        }

        _graph.AddOutput(OnnxTensorNames.Logits, OnnxDataType.Float, "batch_size", "sequence_length", _config.VocabSize);
        for (int layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            _graph.AddOutput(OnnxTensorNames.PresentKey(layer), OnnxDataType.Float, "batch_size", _config.NumKeyValueHeads, "total_sequence_length", _config.HeadDim);
            _graph.AddOutput(OnnxTensorNames.PresentValue(layer), OnnxDataType.Float, "batch_size", _config.NumKeyValueHeads, "total_sequence_length", _config.HeadDim);
        }
    }

    /// <summary>What GroupQueryAttention wants to know about the mask: tokens of each sequence minus one, and the longest length; that also in 64 bits.</summary>
    private (string Lengths, string Total, string Total64) AddSequenceLengths(string mask)
    {
        const string Base = "/model/attn_mask_reformat";
        string one = _graph.AddInitializer("/model/constants/INT64/[1]", [1], new long[] { 1 });
        string index = _graph.AddInitializer("/model/constants/INT64/1", [], new long[] { 1 });
        string sum = _graph.AddNode("ReduceSum", [mask, one], [Base + "/ReduceSum/output_0"], name: Base + "/ReduceSum", attributes: [OnnxAttribute.Int("keepdims", 0)]);
        string less = _graph.AddNode("Sub", [sum, one], [Base + "/Sub/output_0"], name: Base + "/Sub");
        string lengths = AddCastToInt32(less, Base + "/Sub/Cast");
        string shape = _graph.AddNode("Shape", [mask], [Base + "/Shape/output_0"], name: Base + "/Shape");
        string size = _graph.AddNode("Gather", [shape, index], [Base + "/Gather/output_0"], name: Base + "/Gather", attributes: [OnnxAttribute.Int("axis", 0)]);
        return (lengths, AddCastToInt32(size, Base + "/Gather/Cast"), size);
    }

    private string AddCastToInt32(string input, string node) =>
        _graph.AddNode("Cast", [input], [node + "/output_0"], name: node, attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Int32)]);

    private string PostNorm(string input, string node, DecoderPart part, int layer) => _parts.Design.PostNorms ? _parts.Norm(input, node, part, layer) : input;

    /// <summary>The norm before the feed-forward layer has its own name only where another norm follows the attention.</summary>
    private string FeedForwardNormNode(string node) => node + (_parts.Design.PostNorms ? "/pre_feedforward_layernorm" : "/post_attention_layernorm");
}
