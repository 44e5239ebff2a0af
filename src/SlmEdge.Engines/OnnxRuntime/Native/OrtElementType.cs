namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>Element types of tensors: <c>ONNXTensorElementDataType</c>.</summary>
internal enum OrtElementType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int32 = 6,
    Int64 = 7,
    Float16 = 10,
}
