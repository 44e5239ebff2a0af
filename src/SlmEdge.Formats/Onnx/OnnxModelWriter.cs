using System.Globalization;
using Google.Protobuf;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Onnx;

/// <summary>
/// Writes a graph as an ONNX model (IR version 10). Constants of 1 KiB and more can go to a file beside it, as ONNX's external data:
/// aligned to 64 bytes, from 1 MiB on to 4 KiB, so that a runtime can map them into memory.
/// </summary>
public static class OnnxModelWriter
{
    private const int ExternalFrom = 1024;
    private const int PageAlignedFrom = 1 << 20;
    private const int Alignment = 64;
    private const int PageSize = 4096;
    private const long MaxProtobufBytes = int.MaxValue;

    /// <summary>Writes the model. Each file is atomic, the data file comes first; write into an <see cref="AtomicDirectory"/> to replace both at once.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="modelPath">The model file.</param>
    /// <param name="externalDataFileName">The plain name of the data file in the same folder, or null to keep all constants in the model (at most 2 GiB).</param>
    /// <exception cref="InvalidOperationException">The graph is incomplete, a constant wrote a wrong number of bytes, or the model exceeds 2 GiB.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void Write(OnnxGraphBuilder graph, string modelPath, string? externalDataFileName)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        graph.CheckComplete();
        if (externalDataFileName is not null && !OnnxExternalData.IsPlainName(externalDataFileName))
        {
            throw new ArgumentException($"'{externalDataFileName}' must be the plain name of a file.", nameof(externalDataFileName));
        }

        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        if (externalDataFileName is not null)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
            AtomicFile.Write(Path.Combine(folder, externalDataFileName), stream => WriteExternal(stream, graph, offsets));
        }

        long inline = graph.Initializers.Where(i => !offsets.ContainsKey(i.Name)).Sum(i => i.ByteLength);
        if (inline > MaxProtobufBytes - (64 << 20))
        {
            throw new InvalidOperationException($"The constants of '{graph.Name}' ({inline} bytes) do not fit into one ONNX file; name an external data file.");
        }

        AtomicFile.Write(modelPath, stream =>
        {
            using var output = new CodedOutputStream(stream, leaveOpen: true);
            WriteModel(output, graph, offsets, externalDataFileName);
        });
    }

    private static void WriteExternal(Stream stream, OnnxGraphBuilder graph, Dictionary<string, long> offsets)
    {
        byte[] zeros = new byte[PageSize];
        foreach (OnnxInitializer initializer in graph.Initializers)
        {
            if (initializer.ByteLength < ExternalFrom)
            {
                continue;
            }

            int alignment = initializer.ByteLength >= PageAlignedFrom ? PageSize : Alignment;
            int padding = (int)(-stream.Position & (alignment - 1));
            stream.Write(zeros, 0, padding);
            offsets.Add(initializer.Name, stream.Position);
            WriteChecked(initializer, stream);
        }
    }

    private static void WriteChecked(OnnxInitializer initializer, Stream stream)
    {
        long before = stream.Position;
        initializer.Write(stream);
        long written = stream.Position - before;
        if (written != initializer.ByteLength)
        {
            throw new InvalidOperationException($"The constant '{initializer.Name}' wrote {written} bytes; its type and shape need {initializer.ByteLength}.");
        }
    }

    private static void WriteModel(CodedOutputStream output, OnnxGraphBuilder graph, Dictionary<string, long> offsets, string? location)
    {
        Integer(output, OnnxFields.Model.IrVersion, OnnxFields.IrVersion);
        Text(output, OnnxFields.Model.ProducerName, graph.ProducerName);
        Message(output, OnnxFields.Model.Graph, o => WriteGraph(o, graph, offsets, location));
        foreach (var (domain, version) in graph.OpsetImports)
        {
            Message(output, OnnxFields.Model.OpsetImport, o =>
            {
                Text(o, OnnxFields.Opset.Domain, domain);
                Integer(o, OnnxFields.Opset.Version, version);
            });
        }

        foreach (var (key, value) in graph.Metadata)
        {
            WriteEntry(output, OnnxFields.Model.MetadataProps, key, value);
        }
    }

    private static void WriteGraph(CodedOutputStream output, OnnxGraphBuilder graph, Dictionary<string, long> offsets, string? location)
    {
        foreach (OnnxNode node in graph.Nodes)
        {
            Message(output, OnnxFields.Graph.Node, o => WriteNode(o, node));
        }

        Text(output, OnnxFields.Graph.Name, graph.Name);
        foreach (OnnxInitializer initializer in graph.Initializers)
        {
            Message(output, OnnxFields.Graph.Initializer, o => WriteInitializer(o, initializer, offsets, location));
        }

        WriteValues(output, OnnxFields.Graph.Input, graph.Inputs);
        WriteValues(output, OnnxFields.Graph.Output, graph.Outputs);
        WriteValues(output, OnnxFields.Graph.ValueInfo, graph.ValueInfos);
    }

    private static void WriteNode(CodedOutputStream output, OnnxNode node)
    {
        foreach (string input in node.Inputs)
        {
            Text(output, OnnxFields.Node.Input, input);
        }

        foreach (string name in node.Outputs)
        {
            Text(output, OnnxFields.Node.Output, name);
        }

        Text(output, OnnxFields.Node.Name, node.Name);
        Text(output, OnnxFields.Node.OpType, node.OpType);
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            Message(output, OnnxFields.Node.Attribute, o => WriteAttribute(o, attribute));
        }

        if (node.Domain.Length > 0)
        {
            Text(output, OnnxFields.Node.Domain, node.Domain);
        }
    }

    private static void WriteAttribute(CodedOutputStream output, OnnxAttribute attribute)
    {
        Text(output, OnnxFields.Attribute.Name, attribute.Name);
        switch (attribute.Value)
        {
            case long integer:
                Integer(output, OnnxFields.Attribute.Int, integer);
                break;
            case float number:
                Number(output, OnnxFields.Attribute.Float, number);
                break;
            case string text:
                Text(output, OnnxFields.Attribute.Bytes, text);
                break;
            case IReadOnlyList<long> integers:
                foreach (long integer in integers)
                {
                    Integer(output, OnnxFields.Attribute.Ints, integer);
                }

                break;
            case IReadOnlyList<float> numbers:
                foreach (float number in numbers)
                {
                    Number(output, OnnxFields.Attribute.Floats, number);
                }

                break;
            case IReadOnlyList<string> texts:
                foreach (string text in texts)
                {
                    Text(output, OnnxFields.Attribute.Strings, text);
                }

                break;
            default:
                throw new InvalidOperationException($"The attribute '{attribute.Name}' of type {attribute.Type} cannot be written.");
        }

        Integer(output, OnnxFields.Attribute.Type, (int)attribute.Type);
    }

    private static void WriteInitializer(CodedOutputStream output, OnnxInitializer initializer, Dictionary<string, long> offsets, string? location)
    {
        foreach (long dimension in initializer.Shape)
        {
            Integer(output, OnnxFields.Tensor.Dims, dimension);
        }

        Integer(output, OnnxFields.Tensor.DataType, (int)initializer.Type);
        Text(output, OnnxFields.Tensor.Name, initializer.Name);
        if (offsets.TryGetValue(initializer.Name, out long offset))
        {
            WriteEntry(output, OnnxFields.Tensor.ExternalData, "location", location!);
            WriteEntry(output, OnnxFields.Tensor.ExternalData, "offset", offset.ToString(CultureInfo.InvariantCulture));
            WriteEntry(output, OnnxFields.Tensor.ExternalData, "length", initializer.ByteLength.ToString(CultureInfo.InvariantCulture));
            Integer(output, OnnxFields.Tensor.DataLocation, OnnxExternalData.External);
            return;
        }

        using var buffer = new MemoryStream((int)initializer.ByteLength);
        WriteChecked(initializer, buffer);
        output.WriteTag(OnnxFields.Tensor.RawData, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(buffer.GetBuffer().AsMemory(0, (int)buffer.Length)));
    }

    private static void WriteValues(CodedOutputStream output, int field, IReadOnlyList<OnnxValue> values)
    {
        foreach (OnnxValue value in values)
        {
            Message(output, field, o =>
            {
                Text(o, OnnxFields.Value.Name, value.Name);
                Message(o, OnnxFields.Value.Type, type => Message(type, OnnxFields.Type.TensorType, tensor =>
                {
                    Integer(tensor, OnnxFields.TensorType.ElementType, (int)value.Type);
                    Message(tensor, OnnxFields.TensorType.Shape, shape => WriteShape(shape, value.Shape ?? []));
                }));
            });
        }
    }

    private static void WriteShape(CodedOutputStream output, IReadOnlyList<OnnxDimension> shape)
    {
        foreach (OnnxDimension dimension in shape)
        {
            Message(output, OnnxFields.Shape.Dimension, o =>
            {
                if (dimension.Value is long size)
                {
                    Integer(o, OnnxFields.Dimension.Value, size);
                }
                else if (dimension.Name is { } name)
                {
                    Text(o, OnnxFields.Dimension.Name, name);
                }
            });
        }
    }

    private static void WriteEntry(CodedOutputStream output, int field, string key, string value) => Message(output, field, o =>
    {
        Text(o, OnnxFields.Entry.Key, key);
        Text(o, OnnxFields.Entry.Value, value);
    });

    private static void Integer(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Number(CodedOutputStream output, int field, float value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed32);
        output.WriteFloat(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        // A message's length stands before it, so it is built apart. Large constants are external; what passes through here is small.
        using var buffer = new MemoryStream();
        using (var inner = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(inner);
        }

        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(buffer.GetBuffer().AsMemory(0, (int)buffer.Length)));
    }
}
