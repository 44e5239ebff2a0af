namespace SlmEdge.Formats.Onnx;

/// <summary>A typed name in a graph: an input, an output, or an intermediate result.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, or null when the file does not state it.</param>
public sealed record OnnxValue(string Name, OnnxDataType Type, IReadOnlyList<OnnxDimension>? Shape);
