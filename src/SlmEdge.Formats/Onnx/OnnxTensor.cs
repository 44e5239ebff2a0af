namespace SlmEdge.Formats.Onnx;

/// <summary>A constant of an ONNX model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, row-major; empty for a scalar.</param>
/// <param name="ExternalFile">The file in the model's folder that holds the bytes, or null when the model itself does.</param>
/// <param name="Offset">The byte offset of the raw data in its file; -1 when the values stand in typed fields of the model.</param>
/// <param name="ByteLength">The length of the raw data in bytes.</param>
public sealed record OnnxTensor(string Name, OnnxDataType Type, IReadOnlyList<long> Shape, string? ExternalFile, long Offset, long ByteLength);
