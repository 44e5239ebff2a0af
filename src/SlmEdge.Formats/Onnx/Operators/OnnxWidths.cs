namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>The last dimension of values, as far as weights and attributes tell it.</summary>
internal sealed class OnnxWidths(OnnxOperatorCheck graph)
{
    private readonly Dictionary<string, long> _widths = new(StringComparer.Ordinal);

    /// <summary>The width of a value, or null when it is not known.</summary>
    public long? Of(string value) =>
        graph.Constant(value) is { } tensor ? (tensor.Shape.Count == 0 ? 1 : tensor.Shape[^1]) : _widths.TryGetValue(value, out long width) ? width : null;

    /// <summary>Notes the widths of what a node computes; its inputs were noted before.</summary>
    public void Add(OnnxNode node)
    {
        if (Width(node) is not { } width)
        {
            return;
        }

        foreach (string output in node.Outputs)
        {
            _widths[output] = width;
        }
    }

    private long? Width(OnnxNode node) => node.OpType switch
    {
        "MatMulNBits" => OnnxOperatorCheck.Integer(node, "N", 0),
        "MatMul" => Columns(node, transposed: false),
        "FusedMatMul" => Columns(node, OnnxOperatorCheck.Integer(node, "transB", 0) == 1),
        "GatherBlockQuantized" => Of(node.Inputs[0]) * (8 / OnnxOperatorCheck.Integer(node, "bits", 8)),
        "Gather" => graph.ConstantBehindCast(node.Inputs[0]) is { Shape.Count: 2 } table ? table.Shape[1] : null,
        "GroupQueryAttention" => Attended(node),
        "Reshape" => graph.Integers(node.Inputs[1]) is [.., > 0 and var last] ? last : null,
        "Split" => Of(node.Inputs[0]) is { } whole && whole % node.Outputs.Count == 0 ? whole / node.Outputs.Count : null,
        "Add" or "Sub" or "Mul" or "Div" => Broadcast(Of(node.Inputs[0]), Of(node.Inputs[1])),
        "Cast" or "Floor" or "Gelu" or "Log" or "Sigmoid" or "Tanh" or "LayerNormalization" or "SimplifiedLayerNormalization" or "SkipLayerNormalization"
            or "SkipSimplifiedLayerNormalization" => Of(node.Inputs[0]),
        "Unsqueeze" => graph.Integers(node.Inputs[1]) is [2] ? 1 : null,
        _ => null,
    };

    private long? Columns(OnnxNode node, bool transposed) => graph.ConstantBehindCast(node.Inputs[1]) is { Shape.Count: 2 } weight ? weight.Shape[transposed ? 0 : 1] : null;

    private long? Attended(OnnxNode node)
    {
        long heads = OnnxOperatorCheck.Integer(node, "num_heads", 0);
        return node.Inputs[1].Length > 0 ? Of(node.Inputs[0]) : Of(node.Inputs[0]) / (heads + (2 * OnnxOperatorCheck.Integer(node, "kv_num_heads", 0))) * heads;
    }

    private static long? Broadcast(long? one, long? other) => one == 1 ? other : other == 1 || one == other ? one : null;
}
