using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>The attention of a block as ONNX Runtime GenAI's model builder makes it: GroupQueryAttention with fused rotation and key/value cache.</summary>
/// <param name="parts">The model.</param>
/// <param name="lengths">Name of the tokens of each sequence minus one, int32 <c>[batch]</c>.</param>
/// <param name="total">Name of the longest length, int32 scalar.</param>
/// <param name="rotary">The rotary caches.</param>
/// <param name="growth">Name of factors on the queries by position, or null for none.</param>
internal sealed class OnnxAttention(OnnxParts parts, string lengths, string total, OnnxRotaryCaches rotary, string? growth)
{
    private readonly DecoderConfig _config = parts.Config;

    /// <summary>Adds a block's attention, from its normalised input to its output projection.</summary>
    public string Add(int layer, string input)
    {
        string node = $"/model/layers.{layer}/attn";
        (string query, string key, string value) = Project(layer, input, node);
        (string cos, string sin) = rotary.Of(_config.IsLocal(layer));
        string attended = node + "/GroupQueryAttention/output_0";
        int window = _config.Window(layer);
        parts.Graph.AddNode(
            "GroupQueryAttention",
            [query, key, value, OnnxTensorNames.PastKey(layer), OnnxTensorNames.PastValue(layer), lengths, total, cos, sin],
            [attended, OnnxTensorNames.PresentKey(layer), OnnxTensorNames.PresentValue(layer)],
            OnnxGraphBuilder.MicrosoftDomain,
            node + "/GroupQueryAttention",
            [
                OnnxAttribute.Int("num_heads", _config.NumAttentionHeads),
                OnnxAttribute.Int("kv_num_heads", _config.NumKeyValueHeads),
                OnnxAttribute.Float("scale", (float)_config.AttentionScale),
                OnnxAttribute.Int("local_window_size", window == 0 ? -1 : window),
                OnnxAttribute.Float("softcap", (float)(_config.AttentionSoftcap ?? 0)),
                OnnxAttribute.Int("do_rotary", 1),

                // Hugging Face's layout: element i turns with element i + rotaryDim/2.
                OnnxAttribute.Int("rotary_interleaved", 0),
            ]);
        return parts.Project(attended, node + "/o_proj", layer, DecoderPart.AttentionOutput);
    }

    /// <summary>Query, key and value: in one product, as GroupQueryAttention takes them when nothing comes between; else each by itself.</summary>
    private (string Query, string Key, string Value) Project(int layer, string input, string node)
    {
        if (parts.Design.FusedProjections)
        {
            return (parts.Project(input, node + "/qkv_proj", layer, DecoderPart.QueryKeyValue), "", "");
        }

        if (parts.Design.QueryKeyNorm == HeadNorm.None && growth is null)
        {
            return (parts.Project(input, node + "/qkv_proj", layer, DecoderPart.Query, DecoderPart.Key, DecoderPart.Value), "", "");
        }

        string query = parts.Project(input, node + "/q_proj", layer, DecoderPart.Query);
        string key = parts.Project(input, node + "/k_proj", layer, DecoderPart.Key);
        if (parts.Design.QueryKeyNorm != HeadNorm.None)
        {
            query = NormHeads(query, node + "/q_norm", DecoderPart.QueryNorm, layer, _config.NumAttentionHeads);
            key = NormHeads(key, node + "/k_norm", DecoderPart.KeyNorm, layer, _config.NumKeyValueHeads);
        }

        // A factor and a rotation may change places.
        string grown = growth is null ? query : parts.Graph.AddNode("Mul", [query, growth], [node + "/query_growth/Mul/output_0"], name: node + "/query_growth/Mul");
        return (grown, key, parts.Project(input, node + "/v_proj", layer, DecoderPart.Value));
    }

    /// <summary>A norm for each head: heads become rows for the norm and columns again after it.</summary>
    private string NormHeads(string projected, string node, DecoderPart part, int layer, int count)
    {
        OnnxGraphBuilder graph = parts.Graph;
        bool perHead = parts.Design.QueryKeyNorm == HeadNorm.PerHead;
        long[] heads = perHead ? [0, -1, count, _config.HeadDim] : [0, -1, _config.HeadDim];
        string shape = graph.AddInitializer(node + "/heads", [heads.Length], heads);
        string rows = graph.AddNode("Reshape", [projected, shape], [node + "/Reshape_1/output_0"], name: node + "/Reshape_1");
        string normed = perHead ? NormEachHead(rows, node, part, layer, count) : parts.Norm(rows, node, part, layer);
        string width = graph.AddInitializer(node + "/width", [3], new long[] { 0, -1, (long)count * _config.HeadDim });
        return graph.AddNode("Reshape", [normed, width], [node + "/Reshape_2/output_0"], name: node + "/Reshape_2");
    }

    /// <summary>The norm has one weight for all; what is each head's own follows as a product.</summary>
    private string NormEachHead(string rows, string node, DecoderPart part, int layer, int count)
    {
        OnnxGraphBuilder graph = parts.Graph;
        float[] ones = [.. Enumerable.Repeat(1f, _config.HeadDim)];
        string plain = graph.AddNode(
            "LayerNormalization",
            [rows, graph.AddInitializer(node + "/ones", [_config.HeadDim], ones)],
            [node + "/output_0"],
            name: node + "/LayerNorm",
            attributes: [parts.Epsilon(), OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("stash_type", 1)]);
        string weights = parts.Matrices.AddStack(node + "/weights", [count, _config.HeadDim], [.. parts.Weights(part, layer).Select(t => t.Name)]);
        return graph.AddNode("Mul", [plain, weights], [node + "/Mul/output_0"], name: node + "/Mul");
    }
}
