namespace SlmEdge.Formats.Onnx;

/// <summary>What an ONNX model may ask for.</summary>
public sealed record OnnxLimits
{
    /// <summary>Largest model file without its external data. Protobuf itself ends at 2 GiB.</summary>
    public long MaxModelBytes { get; init; } = int.MaxValue;

    /// <summary>Most nodes, subgraphs and functions included.</summary>
    public int MaxNodes { get; init; } = 1 << 20;

    /// <summary>Most constants.</summary>
    public int MaxTensors { get; init; } = 1 << 18;

    /// <summary>Most dimensions of a tensor.</summary>
    public int MaxDimensions { get; init; } = 16;

    /// <summary>Deepest nesting of subgraphs.</summary>
    public int MaxGraphDepth { get; init; } = 8;
}
