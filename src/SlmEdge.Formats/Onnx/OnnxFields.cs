namespace SlmEdge.Formats.Onnx;

/// <summary>Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).</summary>
internal static class OnnxFields
{
    /// <summary>IR version 10 came with ONNX 1.16 and operator set 21.</summary>
    public const long IrVersion = 10;

    internal static class Model
    {
        public const int IrVersion = 1;
        public const int ProducerName = 2;
        public const int Graph = 7;
        public const int OpsetImport = 8;
        public const int MetadataProps = 14;
        public const int TrainingInfo = 20;
        public const int Functions = 25;
    }

    internal static class Opset
    {
        public const int Domain = 1;
        public const int Version = 2;
    }

    internal static class Entry
    {
        public const int Key = 1;
        public const int Value = 2;
    }

    internal static class Graph
    {
        public const int Node = 1;
        public const int Name = 2;
        public const int Initializer = 5;
        public const int Input = 11;
        public const int Output = 12;
        public const int ValueInfo = 13;
        public const int SparseInitializer = 15;
    }

    internal static class Node
    {
        public const int Input = 1;
        public const int Output = 2;
        public const int Name = 3;
        public const int OpType = 4;
        public const int Attribute = 5;
        public const int Domain = 7;
    }

    internal static class Attribute
    {
        public const int Name = 1;
        public const int Float = 2;
        public const int Int = 3;
        public const int Bytes = 4;
        public const int Tensor = 5;
        public const int Graph = 6;
        public const int Floats = 7;
        public const int Ints = 8;
        public const int Strings = 9;
        public const int Tensors = 10;
        public const int Graphs = 11;
        public const int Type = 20;
        public const int SparseTensor = 22;
        public const int SparseTensors = 23;
    }

    internal static class Tensor
    {
        public const int Dims = 1;
        public const int DataType = 2;
        public const int Segment = 3;
        public const int Name = 8;
        public const int RawData = 9;
        public const int ExternalData = 13;
        public const int DataLocation = 14;
    }

    internal static class Value
    {
        public const int Name = 1;
        public const int Type = 2;
    }

    internal static class Type
    {
        public const int TensorType = 1;
    }

    internal static class TensorType
    {
        public const int ElementType = 1;
        public const int Shape = 2;
    }

    internal static class Shape
    {
        public const int Dimension = 1;
    }

    internal static class Dimension
    {
        public const int Value = 1;
        public const int Name = 2;
    }

    internal static class SparseTensor
    {
        public const int Values = 1;
        public const int Indices = 2;
    }

    internal static class Function
    {
        public const int Node = 7;
    }
}
