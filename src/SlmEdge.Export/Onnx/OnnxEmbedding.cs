using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Training.Families;

namespace SlmEdge.Export.Onnx;

/// <summary>The embedding of the token ids and the head; a tied model stores the matrix once.</summary>
internal sealed class OnnxEmbedding(OnnxParts parts)
{
    private const string Gather = "/model/embed_tokens/Gather";
    private const string HeadNode = "/lm_head/MatMul";

    private readonly OnnxGraphBuilder _graph = parts.Graph;
    private readonly DecoderConfig _config = parts.Config;
    private QuantizedWeight? _quantized;
    private string? _table;

    /// <summary>Adds the embedding of the ids, with the family's factor.</summary>
    public string AddLookup(string ids)
    {
        const string Embedded = Gather + "/output_0";
        if (parts.Precision == OnnxPrecision.Int4)
        {
            _quantized = parts.Matrices.AddQuantized("model.embed_tokens", parts.Options.Embedding, DecoderTensorNames.Embedding);
            AddGatherBlockQuantized(_quantized, ids, Gather, Embedded);
        }
        else
        {
            _table = _graph.AddInitializer(DecoderTensorNames.Embedding, OnnxDataType.Float, [_config.VocabSize, _config.HiddenSize], stream =>
                OnnxMatrices.WriteFloats(stream, parts.Matrices.Read(DecoderTensorNames.Embedding)));
            _graph.AddNode("Gather", [_table, ids], [Embedded], name: Gather);
        }

        return parts.Design.EmbeddingScale == 1
            ? Embedded
            : _graph.AddNode("Mul", [Embedded, parts.Constant("/model/embed_tokens/scale", parts.Design.EmbeddingScale)], ["/model/embed_tokens/Mul/output_0"], name: "/model/embed_tokens/Mul");
    }

    /// <summary>Adds the product with the head, and the bound of the logits where there is one; after <see cref="AddLookup"/>.</summary>
    public void AddHead(string input)
    {
        if (_config.LogitSoftcap is not { } bound)
        {
            AddProduct(input, OnnxTensorNames.Logits);
            return;
        }

        string limit = parts.Constant("/lm_head/softcap", bound);
        string logits = AddProduct(input, HeadNode + "/output_0");
        string share = _graph.AddNode("Div", [logits, limit], ["/lm_head/softcap/Div/output_0"], name: "/lm_head/softcap/Div");
        string tanh = _graph.AddNode("Tanh", [share], ["/lm_head/softcap/Tanh/output_0"], name: "/lm_head/softcap/Tanh");
        _graph.AddNode("Mul", [tanh, limit], [OnnxTensorNames.Logits], name: "/lm_head/softcap/Mul");
    }

    private string AddProduct(string input, string output)
    {
        if (_quantized is not null)
        {
            QuantizedWeight head = _config.TieWordEmbeddings ? _quantized : parts.Matrices.AddQuantized("lm_head", parts.Options.Embedding, DecoderTensorNames.Head);
            return parts.Matrices.AddMatMulNBits(input, HeadNode, output, head, parts.Options.AccuracyLevel);
        }

        if (!_config.TieWordEmbeddings)
        {
            return parts.Matrices.AddMatMul(input, HeadNode, output, DecoderTensorNames.Head);
        }

        string transposed = _graph.AddNode(
            "Transpose", [_table!], ["/lm_head/Transpose/output_0"], name: "/lm_head/Transpose", attributes: [OnnxAttribute.Ints("perm", 1, 0)]);
        return _graph.AddNode("MatMul", [input, transposed], [output], name: HeadNode);
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

        _graph.AddNode("GatherBlockQuantized", inputs, [output], OnnxGraphBuilder.MicrosoftDomain, node,
        [
            OnnxAttribute.Int("bits", embedding.Options.Bits),
            OnnxAttribute.Int("block_size", embedding.Options.BlockSize),
            OnnxAttribute.Int("gather_axis", 0),
            OnnxAttribute.Int("quantize_axis", 1),
        ]);
    }
}
