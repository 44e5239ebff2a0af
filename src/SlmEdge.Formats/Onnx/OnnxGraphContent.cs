namespace SlmEdge.Formats.Onnx;

/// <summary>What a graph is made of, while it is read.</summary>
internal sealed class OnnxGraphContent
{
    public string Name { get; set; } = string.Empty;

    public List<OnnxValue> Inputs { get; } = [];

    public List<OnnxValue> Outputs { get; } = [];

    public List<OnnxNode> Nodes { get; } = [];

    public Dictionary<string, OnnxTensor> Initializers { get; } = new(StringComparer.Ordinal);
}
