using SlmEdge.Formats.Families;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>The gated feed-forward layer of a block: <c>down(activation(gate(x)) · up(x))</c>.</summary>
/// <param name="parts">The model.</param>
internal sealed class OnnxFeedForward(OnnxParts parts)
{
    /// <summary>Adds a block's feed-forward layer.</summary>
    public string Add(int layer, string input)
    {
        string node = $"/model/layers.{layer}/mlp";
        (string gate, string up) = Project(layer, input, node);
        string product = parts.Graph.AddNode("Mul", [Activate(gate, node + "/act_fn"), up], [node + "/Mul/output_0"], name: node + "/Mul");
        return parts.Project(product, node + "/down_proj", layer, DecoderPart.Down);
    }

    private (string Gate, string Up) Project(int layer, string input, string node)
    {
        if (!parts.Design.FusedProjections)
        {
            return (parts.Project(input, node + "/gate_proj", layer, DecoderPart.Gate), parts.Project(input, node + "/up_proj", layer, DecoderPart.Up));
        }

        string both = parts.Project(input, node + "/gate_up_proj", layer, DecoderPart.GateUp);
        string[] outputs = [node + "/Split/output_0", node + "/Split/output_1"];
        parts.Graph.AddNode("Split", [both], outputs, name: node + "/Split", attributes: [OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("num_outputs", 2)]);
        return (outputs[0], outputs[1]);
    }

    private string Activate(string gate, string node)
    {
        OnnxGraphBuilder graph = parts.Graph;
        if (parts.Design.Activation == GateActivation.GeluTanh)
        {
            return graph.AddNode("Gelu", [gate], [node + "/Gelu/output_0"], name: node + "/Gelu", attributes: [OnnxAttribute.String("approximate", "tanh")]);
        }

        string sigmoid = graph.AddNode("Sigmoid", [gate], [node + "/Sigmoid/output_0"], name: node + "/Sigmoid");
        return graph.AddNode("Mul", [gate, sigmoid], [node + "/Mul/output_0"], name: node + "/Mul");
    }
}
