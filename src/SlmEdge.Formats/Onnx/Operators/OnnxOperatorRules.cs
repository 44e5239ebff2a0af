using static SlmEdge.Formats.Onnx.Operators.OnnxAttributeRule;

namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>
/// The operators that a decoder for ONNX Runtime may have: those that the exporter writes. Their attributes and ranges are of ONNX's operator specification
/// (https://onnx.ai/onnx/operators) and of ONNX Runtime's contributed operators (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
/// </summary>
internal static class OnnxOperatorRules
{
    private const string Onnx = "";
    private const string Microsoft = OnnxGraphBuilder.MicrosoftDomain;
    private const int MaxSplits = 64;

    private static readonly OnnxAttributeRule Epsilon = Float("epsilon", float.Epsilon, 1);

    // The last dimension: what a row is.
    private static readonly OnnxAttributeRule LastAxis = Int("axis", -1, -1);
    private static readonly OnnxAttributeRule[] Norm = [Epsilon, LastAxis, Int("stash_type", 1, 1)];
    private static readonly OnnxAttributeRule Bits = Int("bits", 4, 8, required: true);
    private static readonly OnnxAttributeRule BlockSize = Int("block_size", 16, 256, required: true);

    private static readonly Dictionary<(string Domain, string Operator), OnnxOperatorRule> Rules = new OnnxOperatorRule[]
    {
        new("Add", Onnx, 2, 2, 1),
        new("Cast", Onnx, 1, 1, 1, Int("to", 1, (long)OnnxDataType.Float4E2M1, required: true)),
        new("CumSum", Onnx, 2, 2, 1, Int("exclusive", 0, 1), Int("reverse", 0, 1)),
        new("Div", Onnx, 2, 2, 1),
        new("Floor", Onnx, 1, 1, 1),
        new("Gather", Onnx, 2, 2, 1, Int("axis", 0, 0)),
        new("Gelu", Onnx, 1, 1, 1, Text("approximate", "none", "tanh")),
        new("Greater", Onnx, 2, 2, 1),
        new("LayerNormalization", Onnx, 2, 3, 1, Norm),
        new("Log", Onnx, 1, 1, 1),
        new("MatMul", Onnx, 2, 2, 1),
        new("Mul", Onnx, 2, 2, 1),
        new("ReduceSum", Onnx, 2, 2, 1, Int("keepdims", 0, 1)),
        new("Reshape", Onnx, 2, 2, 1, Int("allowzero", 0, 0)),
        new("Shape", Onnx, 1, 1, 1),
        new("Sigmoid", Onnx, 1, 1, 1),
        new("SimplifiedLayerNormalization", Onnx, 2, 2, 1, Norm),
        new("Slice", Onnx, 3, 4, 1),
        new("Split", Onnx, 1, 1, MaxSplits, LastAxis, Int("num_outputs", 1, MaxSplits)),
        new("Sub", Onnx, 2, 2, 1),
        new("Tanh", Onnx, 1, 1, 1),
        new("Unsqueeze", Onnx, 2, 2, 1),
        new("FusedMatMul", Microsoft, 2, 2, 1, Int("transA", 0, 0), Int("transB", 0, 1), Float("alpha", -float.MaxValue, float.MaxValue)),
        new("GatherBlockQuantized", Microsoft, 3, 4, 1, Bits, BlockSize, Int("gather_axis", 0, 0), Int("quantize_axis", 1, 1)),
        new("GroupQueryAttention", Microsoft, 1, 9, 3,
            Int("num_heads", 1, 1 << 16, required: true),
            Int("kv_num_heads", 1, 1 << 16, required: true),
            Float("scale", 0, float.MaxValue),
            Float("softcap", 0, float.MaxValue),
            Int("local_window_size", -1, int.MaxValue),
            Int("do_rotary", 1, 1, required: true),
            Int("rotary_interleaved", 0, 1)),
        new("MatMulNBits", Microsoft, 3, 4, 1,
            Int("K", 1, int.MaxValue, required: true), Int("N", 1, int.MaxValue, required: true), Bits, BlockSize, Int("accuracy_level", 0, 4)),
        new("SkipLayerNormalization", Microsoft, 3, 4, 4, Epsilon),
        new("SkipSimplifiedLayerNormalization", Microsoft, 3, 3, 4, Epsilon),
    }.ToDictionary(rule => (rule.Domain, rule.Operator));

    public static OnnxOperatorRule? Find(OnnxNode node) => Rules.GetValueOrDefault((node.Domain == "ai.onnx" ? Onnx : node.Domain, node.OpType));
}
