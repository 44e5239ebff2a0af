namespace SlmEdge.Formats.Onnx;

/// <summary>Types of attributes, numbered as in the file (<c>AttributeProto.AttributeType</c> of onnx.proto).</summary>
public enum OnnxAttributeType
{
#pragma warning disable CS1591 // The names are the documentation: they are the specification's own.
    Float = 1,
    Int = 2,
    String = 3,
    Tensor = 4,
    Graph = 5,
    Floats = 6,
    Ints = 7,
    Strings = 8,
    Tensors = 9,
    Graphs = 10,
    SparseTensor = 11,
    SparseTensors = 12,
    TypeProto = 13,
    TypeProtos = 14,
#pragma warning restore CS1591
}
