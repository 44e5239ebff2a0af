namespace SlmEdge.Formats.Onnx;

/// <summary>A constant tensor that a graph builder will write.</summary>
internal sealed record OnnxInitializer(string Name, OnnxDataType Type, IReadOnlyList<long> Shape, long ByteLength, Action<Stream> Write);
