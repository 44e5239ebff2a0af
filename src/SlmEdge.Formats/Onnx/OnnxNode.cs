namespace SlmEdge.Formats.Onnx;

/// <summary>One operation of a graph.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Domain">The operator set it is from; empty for ONNX's own.</param>
/// <param name="Name">The node's name; may be empty.</param>
/// <param name="Inputs">Names of the inputs; an empty one is an optional input that is left out.</param>
/// <param name="Outputs">Names of the outputs; an empty one is an optional output that is left out.</param>
/// <param name="Attributes">The attributes.</param>
public sealed record OnnxNode(
    string OpType, string Domain, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes);
