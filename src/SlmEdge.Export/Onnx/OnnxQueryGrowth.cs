using SlmEdge.Formats.Families;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>Adds the factors by which queries grow beyond the original context, <c>1 + β · ln(1 + ⌊position / original⌋)</c>, float <c>[batch, sequence, 1]</c>.</summary>
internal static class OnnxQueryGrowth
{
    private const string Base = "/model/query_growth";

    /// <summary>Returns the name of the factors, or null for models whose queries do not grow.</summary>
    public static string? Add(OnnxParts parts, string ids, string mask, string total)
    {
        if (parts.Config is not { QueryTemperature: { } beta, RopeScaling: YarnRopeScaling scaling })
        {
            return null;
        }

        OnnxGraphBuilder graph = parts.Graph;
        string axis = graph.AddInitializer(Base + "/axis", [1], new long[] { 1 });
        string second = graph.AddInitializer(Base + "/second", [], new long[] { 1 });
        string last = graph.AddInitializer(Base + "/last", [1], new long[] { long.MaxValue });

        // The tokens counted along the mask; those of this run stand at its end.
        string counted = Node("CumSum", mask, second);
        string shape = Node("Shape", ids);
        string length = graph.AddNode("Gather", [shape, second], [Base + "/Gather/output_0"], name: Base + "/Gather", attributes: [OnnxAttribute.Int("axis", 0)]);
        string start = Node("Unsqueeze", Node("Sub", total, length), graph.AddInitializer(Base + "/first", [1], new long[] { 0 }));
        string own = graph.AddNode("Slice", [counted, start, last, axis], [Base + "/Slice/output_0"], name: Base + "/Slice");
        string position = graph.AddNode("Sub", [own, second], [Base + "/position/output_0"], name: Base + "/position");
        string number = graph.AddNode("Cast", [position], [Base + "/Cast/output_0"], name: Base + "/Cast", attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Float)]);
        string times = Node("Floor", Node("Div", number, parts.Constant(Base + "/original_context", scaling.OriginalContext)));
        string one = parts.Constant(Base + "/one", 1);
        string logarithm = Node("Log", graph.AddNode("Add", [times, one], [Base + "/Add_1/output_0"], name: Base + "/Add_1"));
        string grown = graph.AddNode("Add", [Node("Mul", logarithm, parts.Constant(Base + "/beta", beta)), one], [Base + "/Add_2/output_0"], name: Base + "/Add_2");
        string third = graph.AddInitializer(Base + "/third", [1], new long[] { 2 });
        return graph.AddNode("Unsqueeze", [grown, third], [Base + "/Unsqueeze_2/output_0"], name: Base + "/Unsqueeze_2");

        string Node(string type, string first, string? other = null) =>
            graph.AddNode(type, other is null ? [first] : [first, other], [$"{Base}/{type}/output_0"], name: $"{Base}/{type}");
    }
}
