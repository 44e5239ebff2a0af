using System.Globalization;
using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.Onnx;

/// <summary>Parses and checks one model; see <see cref="OnnxModelFile"/> for what is checked.</summary>
internal sealed class OnnxModelParser
{
    private const int MaxListElements = 1 << 20;

    /// <summary>The long spelling of the empty domain.</summary>
    private const string OnnxDomain = "ai.onnx";

    private readonly string _path;
    private readonly string _folder;
    private readonly OnnxLimits _limits;
    private readonly Dictionary<string, long> _externalLengths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);
    private int _nodes;
    private int _tensors;

    public OnnxModelParser(string path, OnnxLimits limits)
    {
        _path = path;
        _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        _limits = limits;
    }

    public OnnxModelFile Parse(WireReader reader)
    {
        var model = new OnnxModelFile(_path);
        var opsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        bool hasGraph = false;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Model.IrVersion:
                    model.IrVersion = reader.Integer();
                    break;
                case OnnxFields.Model.ProducerName:
                    model.ProducerName = reader.Text();
                    break;
                case OnnxFields.Model.OpsetImport:
                    ReadOpset(reader.Message(), opsets);
                    break;
                case OnnxFields.Model.MetadataProps:
                    var (key, value) = ReadEntry(reader.Message());
                    metadata[key] = value;
                    break;
                case OnnxFields.Model.Graph when hasGraph:
                    throw reader.Wrong("the model has two graphs");
                case OnnxFields.Model.Graph:
                    hasGraph = true;
                    ReadMainGraph(reader.Message(), model);
                    break;
                case OnnxFields.Model.Functions:
                    ReadFunction(reader.Message());
                    break;
                case OnnxFields.Model.TrainingInfo:
                    throw reader.Wrong("training information is not supported; export the model for inference");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!hasGraph || model.IrVersion <= 0 || opsets.Count == 0)
        {
            throw new ModelFormatException("the model has no graph, no IR version or no operator set; it is not an ONNX model or is truncated", _path);
        }

        foreach (string domain in _domains)
        {
            if (!opsets.ContainsKey(domain) && !(domain is "" or OnnxDomain && opsets.ContainsKey(domain.Length == 0 ? OnnxDomain : "")))
            {
                throw new ModelFormatException("nodes use this operator set, but the model does not import it; the file is damaged or truncated", _path, domain);
            }
        }

        model.OpsetImports = opsets;
        model.Metadata = metadata;
        model.ExternalFiles = [.. _externalLengths.Keys.Order(StringComparer.Ordinal).Select(name => Path.Combine(_folder, name))];
        return model;
    }

    private static (string Key, string Value) ReadEntry(WireReader reader)
    {
        string key = string.Empty;
        string value = string.Empty;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Entry.Key:
                    key = reader.Text();
                    break;
                case OnnxFields.Entry.Value:
                    value = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (key, value);
    }

    private static void ReadOpset(WireReader reader, Dictionary<string, long> opsets)
    {
        string domain = string.Empty;
        long version = 0;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Opset.Domain:
                    domain = reader.Text();
                    break;
                case OnnxFields.Opset.Version:
                    version = reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (version <= 0 || !opsets.TryAdd(domain, version))
        {
            throw reader.Wrong($"the operator set '{domain}' has no version or stands twice");
        }
    }

    private void ReadMainGraph(WireReader reader, OnnxModelFile model)
    {
        var graph = new Graph();
        ReadGraph(reader, graph, outer: null, depth: 0);
        model.GraphName = graph.Name;
        model.Inputs = graph.Inputs;
        model.Outputs = graph.Outputs;
        model.Nodes = graph.Nodes;
        model.Initializers = graph.Initializers;
        if (graph.Outputs.Count == 0)
        {
            throw reader.Wrong("the graph has no output");
        }
    }

    private void ReadGraph(WireReader reader, Graph graph, Scope? outer, int depth)
    {
        if (depth > _limits.MaxGraphDepth)
        {
            throw reader.Wrong($"subgraphs are nested deeper than {_limits.MaxGraphDepth}");
        }

        // Nodes stand before the inputs and constants that they use, so the names are collected first.
        var scope = new Scope(outer);
        WireReader names = reader;
        while (names.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Graph.Name:
                    graph.Name = names.Text();
                    break;
                case OnnxFields.Graph.Initializer:
                    OnnxTensor tensor = ReadTensor(names.Message());
                    if (!graph.Initializers.TryAdd(tensor.Name, tensor))
                    {
                        throw new ModelFormatException("the constant stands twice", _path, tensor.Name);
                    }

                    break;
                case OnnxFields.Graph.SparseInitializer:
                    scope.Define(ReadSparseTensor(names.Message()), _path);
                    break;
                case OnnxFields.Graph.Input:
                    OnnxValue input = ReadValue(names.Message(), requireTensor: depth == 0);
                    scope.Define(input.Name, _path);
                    graph.Inputs.Add(input);
                    break;
                case OnnxFields.Graph.Output:
                    graph.Outputs.Add(ReadValue(names.Message(), requireTensor: depth == 0));
                    break;
                default:
                    names.Skip();
                    break;
            }
        }

        foreach (string name in graph.Initializers.Keys)
        {
            // Older models list constants among the inputs too; then the name is one, not two.
            if (!scope.IsDefinedHere(name))
            {
                scope.Define(name, _path);
            }
        }

        while (reader.Next(out int field))
        {
            if (field == OnnxFields.Graph.Node)
            {
                graph.Nodes.Add(ReadNode(reader.Message(), scope, depth));
            }
            else
            {
                reader.Skip();
            }
        }

        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (OnnxValue output in graph.Outputs)
        {
            if (!outputs.Add(output.Name) || !scope.IsDefined(output.Name))
            {
                throw new ModelFormatException("the output is computed by no node or stands twice", _path, output.Name);
            }
        }
    }

    private OnnxNode ReadNode(WireReader reader, Scope? scope, int depth)
    {
        if (++_nodes > _limits.MaxNodes)
        {
            throw reader.Wrong($"the model has more than {_limits.MaxNodes} nodes");
        }

        string opType = string.Empty;
        string domain = string.Empty;
        string name = string.Empty;
        var inputs = new List<string>();
        var outputs = new List<string>();
        var attributes = new List<OnnxAttribute>();
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Node.Input:
                    inputs.Add(reader.Text());
                    break;
                case OnnxFields.Node.Output:
                    outputs.Add(reader.Text());
                    break;
                case OnnxFields.Node.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Node.OpType:
                    opType = reader.Text();
                    break;
                case OnnxFields.Node.Domain:
                    domain = reader.Text();
                    break;
                case OnnxFields.Node.Attribute:
                    attributes.Add(ReadAttribute(reader.Message(), scope, depth));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (opType.Length == 0)
        {
            throw reader.Wrong($"the node '{name}' has no operator");
        }

        if (scope is not null)
        {
            _domains.Add(domain);
            foreach (string input in inputs.Where(i => i.Length > 0 && !scope.IsDefined(i)))
            {
                throw new ModelFormatException($"the {opType} node '{name}' uses it before it is defined", _path, input);
            }

            foreach (string output in outputs.Where(o => o.Length > 0))
            {
                scope.Define(output, _path);
            }
        }

        return new OnnxNode(opType, domain, name, inputs, outputs, attributes);
    }

    private OnnxAttribute ReadAttribute(WireReader reader, Scope? scope, int depth)
    {
        string name = string.Empty;
        long type = 0;
        object? single = null;
        var integers = new List<long>();
        var numbers = new List<float>();
        var texts = new List<string>();
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Attribute.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Attribute.Type:
                    type = reader.Integer();
                    break;
                case OnnxFields.Attribute.Int:
                    single = reader.Integer();
                    break;
                case OnnxFields.Attribute.Float:
                    single = reader.Number();
                    break;
                case OnnxFields.Attribute.Bytes:
                    // The specification says bytes; those that are no text are of no use here, but not wrong.
                    single = System.Text.Encoding.UTF8.GetString(reader.Bytes());
                    break;
                case OnnxFields.Attribute.Ints:
                    reader.Integers(integers, MaxListElements);
                    break;
                case OnnxFields.Attribute.Floats:
                    reader.Numbers(numbers, MaxListElements);
                    break;
                case OnnxFields.Attribute.Strings:
                    texts.Add(System.Text.Encoding.UTF8.GetString(reader.Bytes()));
                    break;
                case OnnxFields.Attribute.Tensor or OnnxFields.Attribute.Tensors:
                    ReadTensor(reader.Message());
                    break;
                case OnnxFields.Attribute.SparseTensor or OnnxFields.Attribute.SparseTensors:
                    ReadSparseTensor(reader.Message());
                    break;
                case OnnxFields.Attribute.Graph or OnnxFields.Attribute.Graphs:
                    ReadGraph(reader.Message(), new Graph(), scope ?? new Scope(null) { Open = true }, depth + 1);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (name.Length == 0 || type is < 0 or > (long)OnnxAttributeType.TypeProtos)
        {
            throw reader.Wrong($"the attribute '{name}' has no name or the unknown type {type}");
        }

        var attributeType = (OnnxAttributeType)type;
        return new OnnxAttribute(name, attributeType, attributeType switch
        {
            OnnxAttributeType.Int => single as long? ?? 0L,
            OnnxAttributeType.Float => single as float? ?? 0f,
            OnnxAttributeType.String => single as string ?? string.Empty,
            OnnxAttributeType.Ints => integers.AsReadOnly(),
            OnnxAttributeType.Floats => numbers.AsReadOnly(),
            OnnxAttributeType.Strings => texts.AsReadOnly(),
            _ => null,
        });
    }

    private void ReadFunction(WireReader reader)
    {
        // A function's names are its own and its inputs are declared apart; only what can reach outside the file is checked.
        while (reader.Next(out int field))
        {
            if (field == OnnxFields.Function.Node)
            {
                ReadNode(reader.Message(), scope: null, depth: 0);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private string ReadSparseTensor(WireReader reader)
    {
        string name = string.Empty;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.SparseTensor.Values:
                    name = ReadTensor(reader.Message()).Name;
                    break;
                case OnnxFields.SparseTensor.Indices:
                    ReadTensor(reader.Message());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return name;
    }

    private OnnxTensor ReadTensor(WireReader reader)
    {
        if (++_tensors > _limits.MaxTensors)
        {
            throw reader.Wrong($"the model has more than {_limits.MaxTensors} constants");
        }

        string name = string.Empty;
        long type = 0;
        long rawOffset = -1;
        long rawLength = 0;
        long location = 0;
        var shape = new List<long>();
        var external = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Tensor.Dims:
                    reader.Integers(shape, _limits.MaxDimensions);
                    break;
                case OnnxFields.Tensor.DataType:
                    type = reader.Integer();
                    break;
                case OnnxFields.Tensor.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Tensor.RawData:
                    rawLength = reader.Bytes().Length;
                    rawOffset = reader.Offset - rawLength;
                    break;
                case OnnxFields.Tensor.ExternalData:
                    var (key, value) = ReadEntry(reader.Message());
                    external[key] = value;
                    break;
                case OnnxFields.Tensor.DataLocation:
                    location = reader.Integer();
                    break;
                case OnnxFields.Tensor.Segment:
                    throw reader.Wrong($"the constant '{name}' is segmented, which no runtime supports");
                default:
                    reader.Skip();
                    break;
            }
        }

        long length = ByteLength(name, (OnnxDataType)type, shape);
        if (location == OnnxExternalData.External || external.Count > 0)
        {
            return ExternalTensor(name, (OnnxDataType)type, shape, length, external);
        }

        if (rawOffset >= 0 && rawLength != length)
        {
            throw new ModelFormatException($"its type and shape need {length} bytes, but it has {rawLength}", _path, name, rawOffset);
        }

        return new OnnxTensor(name, (OnnxDataType)type, shape, null, rawOffset, length);
    }

    private long ByteLength(string name, OnnxDataType type, List<long> shape)
    {
        int bits = OnnxDataTypes.BitsPerElement(type);
        if (bits == 0 && type != OnnxDataType.String)
        {
            throw new ModelFormatException($"the constant has the unknown type {(int)type}", _path, name);
        }

        long elements = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && elements > long.MaxValue / 16 / dimension))
            {
                throw new ModelFormatException("a dimension of the constant is negative, or its size overflows", _path, name);
            }

            elements *= dimension;
        }

        return type == OnnxDataType.String ? 0 : OnnxDataTypes.ByteLength(type, shape);
    }

    private OnnxTensor ExternalTensor(string name, OnnxDataType type, List<long> shape, long length, Dictionary<string, string> external)
    {
        ModelFormatException Wrong(string message) => new(message, _path, name);
        if (type == OnnxDataType.String)
        {
            throw Wrong("strings cannot be external data");
        }

        if (!external.TryGetValue("location", out string? location) || !OnnxExternalData.IsPlainName(location))
        {
            throw Wrong($"its external data is at '{location}'; only a file in the model's own folder is accepted");
        }

        long offset = Number(external, "offset") ?? 0;
        long stated = Number(external, "length") ?? length;
        long available = ExternalLength(location, name);
        if (stated != length || offset > available || length > available - offset)
        {
            throw Wrong($"its {length} bytes (stated: {stated}) at offset {offset} do not lie inside '{location}' of {available} bytes; the file is truncated or does not belong to this model");
        }

        return new OnnxTensor(name, type, shape, location, offset, length);

        long? Number(Dictionary<string, string> entries, string key) => !entries.TryGetValue(key, out string? text)
            ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Wrong($"the {key} '{text}' of its external data is not a number");
    }

    private long ExternalLength(string location, string tensor)
    {
        if (_externalLengths.TryGetValue(location, out long length))
        {
            return length;
        }

        var file = new FileInfo(Path.Combine(_folder, location));
        if (!file.Exists)
        {
            throw new ModelFormatException($"the data file '{location}' is missing", _path, tensor);
        }

        // A link is followed only as far as it stays in the folder.
        if (file.ResolveLinkTarget(returnFinalTarget: true) is { } target && Path.GetDirectoryName(target.FullName) != _folder)
        {
            throw new ModelFormatException($"the data file '{location}' is a link that leaves the model's folder", _path, tensor);
        }

        length = file.LinkTarget is null ? file.Length : new FileInfo(file.ResolveLinkTarget(returnFinalTarget: true)!.FullName).Length;
        _externalLengths.Add(location, length);
        return length;
    }

    private OnnxValue ReadValue(WireReader reader, bool requireTensor)
    {
        string name = string.Empty;
        (long Type, List<OnnxDimension>? Shape)? tensor = null;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Value.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Value.Type:
                    tensor = ReadTensorType(reader.Message());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (name.Length == 0)
        {
            throw reader.Wrong("an input or output has no name");
        }

        if (requireTensor && tensor is null)
        {
            throw new ModelFormatException("the input or output is not a tensor", _path, name);
        }

        return new OnnxValue(name, (OnnxDataType)(tensor?.Type ?? 0), tensor?.Shape);
    }

    private (long Type, List<OnnxDimension>? Shape)? ReadTensorType(WireReader reader)
    {
        (long, List<OnnxDimension>?)? result = null;
        while (reader.Next(out int field))
        {
            if (field != OnnxFields.Type.TensorType)
            {
                reader.Skip();
                continue;
            }

            long type = 0;
            List<OnnxDimension>? shape = null;
            WireReader tensor = reader.Message();
            while (tensor.Next(out int part))
            {
                switch (part)
                {
                    case OnnxFields.TensorType.ElementType:
                        type = tensor.Integer();
                        break;
                    case OnnxFields.TensorType.Shape:
                        shape = ReadShape(tensor.Message());
                        break;
                    default:
                        tensor.Skip();
                        break;
                }
            }

            if (type is <= 0 or > (long)OnnxDataType.Float4E2M1)
            {
                throw reader.Wrong($"a tensor type has the unknown element type {type}");
            }

            result = (type, shape);
        }

        return result;
    }

    private List<OnnxDimension> ReadShape(WireReader reader)
    {
        var shape = new List<OnnxDimension>();
        while (reader.Next(out int field))
        {
            if (field != OnnxFields.Shape.Dimension)
            {
                reader.Skip();
                continue;
            }

            OnnxDimension dimension = default;
            WireReader part = reader.Message();
            while (part.Next(out int kind))
            {
                switch (kind)
                {
                    case OnnxFields.Dimension.Value:
                        long size = part.Integer();
                        dimension = size >= 0 ? size : throw part.Wrong($"a dimension is {size}");
                        break;
                    case OnnxFields.Dimension.Name:
                        string name = part.Text();
                        dimension = name.Length > 0 ? name : default(OnnxDimension);
                        break;
                    default:
                        part.Skip();
                        break;
                }
            }

            shape.Add(dimension);
            if (shape.Count > _limits.MaxDimensions)
            {
                throw reader.Wrong($"a shape has more than {_limits.MaxDimensions} dimensions");
            }
        }

        return shape;
    }

    private sealed class Graph
    {
        public string Name { get; set; } = string.Empty;

        public List<OnnxValue> Inputs { get; } = [];

        public List<OnnxValue> Outputs { get; } = [];

        public List<OnnxNode> Nodes { get; } = [];

        public Dictionary<string, OnnxTensor> Initializers { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>The names that a graph's nodes may use: its own and those of the graphs around it.</summary>
    private sealed class Scope(Scope? outer)
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);

        /// <summary>Whether names from outside are unknown (inside a function) and therefore accepted.</summary>
        public bool Open { get; init; }

        public bool IsDefined(string name) => Open || _names.Contains(name) || (outer?.IsDefined(name) ?? false);

        public bool IsDefinedHere(string name) => _names.Contains(name);

        public void Define(string name, string path)
        {
            if (!_names.Add(name))
            {
                throw new ModelFormatException("the name is defined twice", path, name);
            }
        }
    }
}
