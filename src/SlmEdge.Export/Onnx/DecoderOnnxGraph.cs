using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Training.Families;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// The families in the Llama layout as an ONNX graph with ONNX Runtime's contributed operators: inputs, outputs and operators as ONNX Runtime GenAI's
/// model builder makes them for the CPU (GroupQueryAttention with fused rotation and packed query/key/value, (Skip)SimplifiedLayerNormalization).
/// </summary>
internal sealed class DecoderOnnxGraph
{
    private const string Microsoft = OnnxGraphBuilder.MicrosoftDomain;

    private readonly OnnxGraphBuilder _graph;
    private readonly DecoderConfig _config;
    private readonly OnnxMatrices _matrices;
    private readonly OnnxPrecision _precision;
    private readonly OnnxQuantizationOptions _options;

    private DecoderOnnxGraph(ModelWeights weights, OnnxPrecision precision, OnnxQuantizationOptions options, Action<string> reading)
    {
        _graph = new OnnxGraphBuilder("main_graph");
        _config = weights.Config;
        _matrices = new OnnxMatrices(_graph, weights, reading);
        _precision = precision;
        _options = options;
    }

    /// <summary>Builds the graph; weights are read when it is written.</summary>
    public static OnnxGraphBuilder Build(ModelWeights weights, OnnxPrecision precision, OnnxQuantizationOptions options, Action<string> reading)
    {
        var builder = new DecoderOnnxGraph(weights, precision, options, reading);
        builder.AddAll();
        return builder._graph;
    }

    private void AddAll()
    {
        string ids = _graph.AddInput(OnnxTensorNames.InputIds, OnnxDataType.Int64, "batch_size", "sequence_length");
        string mask = _graph.AddInput(OnnxTensorNames.AttentionMask, OnnxDataType.Int64, "batch_size", "total_sequence_length");
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

        (string lengths, string total) = AddSequenceLengths(mask);
        (string cos, string sin) = AddRotaryCaches();
        (string residual, Func<string, string> head) = AddEmbeddingAndHead(ids);

        string normed = AddNorm(residual, DecoderTensorNames.Layer(0) + DecoderTensorNames.InputNorm, "/model/layers.0/input_layernorm");
        for (int layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            string attention = AddAttention(layer, normed, lengths, total, cos, sin);
            (normed, residual) = AddSkipNorm(
                residual, attention, DecoderTensorNames.Layer(layer) + DecoderTensorNames.PostAttentionNorm, $"/model/layers.{layer}/post_attention_layernorm");
            string feedForward = AddFeedForward(layer, normed);
            bool last = layer == _config.NumHiddenLayers - 1;
            (normed, residual) = last
                ? AddSkipNorm(residual, feedForward, DecoderTensorNames.FinalNorm, "/model/norm", last: true)
                : AddSkipNorm(residual, feedForward, DecoderTensorNames.Layer(layer + 1) + DecoderTensorNames.InputNorm, $"/model/layers.{layer + 1}/input_layernorm");
        }

        head(normed);
    }

    /// <summary>What GroupQueryAttention wants to know about the mask: tokens of each sequence minus one, and the longest length.</summary>
    private (string Lengths, string Total) AddSequenceLengths(string mask)
    {
        const string Base = "/model/attn_mask_reformat";
        string one = _graph.AddInitializer("/model/constants/INT64/[1]", [1], new long[] { 1 });
        string index = _graph.AddInitializer("/model/constants/INT64/1", [], new long[] { 1 });
        string sum = _graph.AddNode("ReduceSum", [mask, one], [Base + "/ReduceSum/output_0"], name: Base + "/ReduceSum", attributes: [OnnxAttribute.Int("keepdims", 0)]);
        string less = _graph.AddNode("Sub", [sum, one], [Base + "/Sub/output_0"], name: Base + "/Sub");
        string lengths = AddCastToInt32(less, Base + "/Sub/Cast");
        string shape = _graph.AddNode("Shape", [mask], [Base + "/Shape/output_0"], name: Base + "/Shape");
        string size = _graph.AddNode("Gather", [shape, index], [Base + "/Gather/output_0"], name: Base + "/Gather", attributes: [OnnxAttribute.Int("axis", 0)]);
        return (lengths, AddCastToInt32(size, Base + "/Gather/Cast"));
    }

    private string AddCastToInt32(string input, string node) =>
        _graph.AddNode("Cast", [input], [node + "/output_0"], name: node, attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Int32)]);

    /// <summary>cos and sin of position · frequency, <c>[positions, head/2]</c>.</summary>
    private (string Cos, string Sin) AddRotaryCaches()
    {
        int half = _config.HeadDim / 2;
        long[] shape = [_config.MaxPositionEmbeddings, half];
        return (_graph.AddInitializer("cos_cache", OnnxDataType.Float, shape, stream => Write(stream, Math.Cos)),
            _graph.AddInitializer("sin_cache", OnnxDataType.Float, shape, stream => Write(stream, Math.Sin)));

        void Write(Stream stream, Func<double, double> function)
        {
            double[] frequencies = _config.RotaryFrequencies();
            float[] values = new float[_config.MaxPositionEmbeddings * half];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)function(i / half * frequencies[i % half]);
            }

            OnnxMatrices.WriteFloats(stream, values);
        }
    }

    /// <summary>Embedding of the ids, and the product with the head; a tied model stores the matrix once.</summary>
    private (string Embedded, Func<string, string> Head) AddEmbeddingAndHead(string ids)
    {
        const string Gather = "/model/embed_tokens/Gather";
        const string HeadNode = "/lm_head/MatMul";
        string embedded = Gather + "/output_0";
        if (_precision == OnnxPrecision.Int4)
        {
            QuantizedWeight embedding = _matrices.AddQuantized("model.embed_tokens", _options.Embedding, DecoderTensorNames.Embedding);
            AddGatherBlockQuantized(embedding, ids, Gather, embedded);
            return (embedded, input => _matrices.AddMatMulNBits(
                input,
                HeadNode,
                OnnxTensorNames.Logits,
                _config.TieWordEmbeddings ? embedding : _matrices.AddQuantized("lm_head", _options.Embedding, DecoderTensorNames.Head),
                _options.AccuracyLevel));
        }

        string table = _graph.AddInitializer(DecoderTensorNames.Embedding, OnnxDataType.Float, [_config.VocabSize, _config.HiddenSize], stream =>
            OnnxMatrices.WriteFloats(stream, _matrices.Read(DecoderTensorNames.Embedding)));
        _graph.AddNode("Gather", [table, ids], [embedded], name: Gather);
        return (embedded, input =>
        {
            if (!_config.TieWordEmbeddings)
            {
                return _matrices.AddMatMul(input, HeadNode, OnnxTensorNames.Logits, DecoderTensorNames.Head);
            }

            string transposed = _graph.AddNode(
                "Transpose", [table], ["/lm_head/Transpose/output_0"], name: "/lm_head/Transpose", attributes: [OnnxAttribute.Ints("perm", 1, 0)]);
            return _graph.AddNode("MatMul", [input, transposed], [OnnxTensorNames.Logits], name: HeadNode);
        });
    }

    private void AddGatherBlockQuantized(QuantizedWeight embedding, string ids, string node, string output)
    {
        // The gather wants one row of bytes for a token, MatMulNBits the blocks apart; the bytes are the same.
        string shape = _graph.AddInitializer(
            "/model/constants/INT64/embedding", [2], new long[] { embedding.Rows, (long)embedding.Columns * embedding.Options.Bits / 8 });
        string rows = _graph.AddNode("Reshape", [embedding.Levels, shape], ["/model/embed_tokens/Reshape/output_0"], name: "/model/embed_tokens/Reshape");
        List<string> inputs = [rows, ids, embedding.Scales];
        if (embedding.ZeroPoints is not null)
        {
            inputs.Add(embedding.ZeroPoints);
        }

        _graph.AddNode("GatherBlockQuantized", inputs, [output], Microsoft, node,
        [
            OnnxAttribute.Int("bits", embedding.Options.Bits),
            OnnxAttribute.Int("block_size", embedding.Options.BlockSize),
            OnnxAttribute.Int("gather_axis", 0),
            OnnxAttribute.Int("quantize_axis", 1),
        ]);
    }

    private string AddNorm(string input, string weight, string node) =>
        _graph.AddNode("SimplifiedLayerNormalization", [input, _matrices.AddVector(weight)], [node + "/output_0"], name: node + "/LayerNorm", attributes:
        [
            OnnxAttribute.Float("epsilon", (float)_config.RmsNormEps), OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("stash_type", 1),
        ]);

    /// <summary>The norm of input + skip, and that sum as the new residual stream.</summary>
    private (string Normed, string Residual) AddSkipNorm(string residual, string skip, string weight, string node, bool last = false)
    {
        string normed = node + "/output_0";
        string sum = node + "/output_3";
        _graph.AddNode("SkipSimplifiedLayerNormalization", [residual, skip, _matrices.AddVector(weight)], last ? [normed] : [normed, "", "", sum], Microsoft, node + "/SkipLayerNorm",
            [OnnxAttribute.Float("epsilon", (float)_config.RmsNormEps)]);
        return (normed, sum);
    }

    private string AddAttention(int layer, string input, string lengths, string total, string cos, string sin)
    {
        string prefix = DecoderTensorNames.Layer(layer) + "self_attn.";
        string node = $"/model/layers.{layer}/attn";
        (string query, string key, string value) = _config.Family.QueryKeyNorm
            ? AddNormedQueryAndKey(input, node, prefix)
            : (AddPackedProjection(input, node, prefix), "", "");
        string attended = node + "/GroupQueryAttention/output_0";
        _graph.AddNode(
            "GroupQueryAttention",
            [query, key, value, OnnxTensorNames.PastKey(layer), OnnxTensorNames.PastValue(layer), lengths, total, cos, sin],
            [attended, OnnxTensorNames.PresentKey(layer), OnnxTensorNames.PresentValue(layer)],
            Microsoft,
            node + "/GroupQueryAttention",
            [
                OnnxAttribute.Int("num_heads", _config.NumAttentionHeads),
                OnnxAttribute.Int("kv_num_heads", _config.NumKeyValueHeads),
                OnnxAttribute.Float("scale", (float)(1 / Math.Sqrt(_config.HeadDim))),
                OnnxAttribute.Int("local_window_size", -1),
                OnnxAttribute.Float("softcap", 0),
                OnnxAttribute.Int("do_rotary", 1),

                // Hugging Face's layout: element i turns with element i + head/2.
                OnnxAttribute.Int("rotary_interleaved", 0),
            ]);
        return AddProjection(attended, node + "/o_proj/MatMul", prefix + "o_proj.weight");
    }

    /// <summary>Query, key and value in one product, as GroupQueryAttention takes them when nothing comes between.</summary>
    private string AddPackedProjection(string input, string node, string prefix)
    {
        string packed = AddProjection(input, node + "/qkv_proj/MatMul", prefix + "q_proj.weight", prefix + "k_proj.weight", prefix + "v_proj.weight");
        return _config.Family.QueryKeyValueBias
            ? _graph.AddNode("Add", [packed, _matrices.AddVector(node[1..].Replace('/', '.') + ".qkv_proj.bias", prefix + "q_proj.bias", prefix + "k_proj.bias", prefix + "v_proj.bias")], [node + "/qkv_proj/Add/output_0"], name: node + "/qkv_proj/Add")
            : packed;
    }

    /// <summary>Queries and keys with a norm for each head: heads become rows for the norm and columns again after it.</summary>
    private (string Query, string Key, string Value) AddNormedQueryAndKey(string input, string node, string prefix)
    {
        return (
            Normed("q", _config.NumAttentionHeads, DecoderTensorNames.QueryNorm),
            Normed("k", _config.NumKeyValueHeads, DecoderTensorNames.KeyNorm),
            AddProjection(input, node + "/v_proj/MatMul", prefix + "v_proj.weight"));

        string Normed(string letter, int count, string norm)
        {
            string at = $"{node}/{letter}_norm";
            string projected = AddProjection(input, $"{node}/{letter}_proj/MatMul", $"{prefix}{letter}_proj.weight");
            string heads = _graph.AddInitializer(at + "/heads", [3], new long[] { 0, -1, _config.HeadDim });
            string rows = _graph.AddNode("Reshape", [projected, heads], [at + "/Reshape_1/output_0"], name: at + "/Reshape_1");
            string normed = AddNorm(rows, prefix[..^"self_attn.".Length] + norm, at);
            string width = _graph.AddInitializer(at + "/width", [3], new long[] { 0, -1, (long)count * _config.HeadDim });
            return _graph.AddNode("Reshape", [normed, width], [at + "/Reshape_2/output_0"], name: at + "/Reshape_2");
        }
    }

    /// <summary>down(silu(gate(x)) · up(x)).</summary>
    private string AddFeedForward(int layer, string input)
    {
        string prefix = DecoderTensorNames.Layer(layer) + "mlp.";
        string node = $"/model/layers.{layer}/mlp";
        string gate = AddProjection(input, node + "/gate_proj/MatMul", prefix + "gate_proj.weight");
        string up = AddProjection(input, node + "/up_proj/MatMul", prefix + "up_proj.weight");
        string sigmoid = _graph.AddNode("Sigmoid", [gate], [node + "/act_fn/Sigmoid/output_0"], name: node + "/act_fn/Sigmoid");
        string silu = _graph.AddNode("Mul", [gate, sigmoid], [node + "/act_fn/Mul/output_0"], name: node + "/act_fn/Mul");
        string product = _graph.AddNode("Mul", [silu, up], [node + "/Mul/output_0"], name: node + "/Mul");
        return AddProjection(product, node + "/down_proj/MatMul", prefix + "down_proj.weight");
    }

    private string AddProjection(string input, string node, params string[] weights) => _precision == OnnxPrecision.Fp32
        ? _matrices.AddMatMul(input, node, node + "/output_0", weights)
        : _matrices.AddMatMulNBits(input, node + "_Q4", node + "_Q4/output_0", _options.Projections, _options.AccuracyLevel, weights);
}
