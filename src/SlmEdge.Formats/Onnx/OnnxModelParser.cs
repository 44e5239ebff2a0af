using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.Onnx;

/// <summary>Parses and checks one model; see <see cref="OnnxModelFile"/> for what is checked.</summary>
internal sealed class OnnxModelParser
{
    private const int MaxListElements = 1 << 20;

    /// <summary>The long spelling of the empty domain.</summary>
    private const string OnnxDomain = "ai.onnx";

    private readonly string _path;
    private readonly OnnxLimits _limits;
    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);
    private int _nodes;
    private bool _hasInnerGraphs;
    private bool _hasSparseConstants;
    private readonly OnnxTensorParser _tensors;
    private readonly OnnxValueParser _values;

    public OnnxModelParser(string path, OnnxLimits limits)
    {
        _path = path;
        _limits = limits;
        _tensors = new OnnxTensorParser(path, limits);
        _values = new OnnxValueParser(path, limits);
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
                    var (key, value) = OnnxEntryParser.Read(reader.Message());
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
        model.ExternalFiles = _tensors.ExternalFiles;
        model.HasInnerGraphs = _hasInnerGraphs;
        model.HasSparseConstants = _hasSparseConstants;
        return model;
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
        var graph = new OnnxGraphContent();
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

    private void ReadGraph(WireReader reader, OnnxGraphContent graph, OnnxGraphScope? outer, int depth)
    {
        if (depth > _limits.MaxGraphDepth)
        {
            throw reader.Wrong($"subgraphs are nested deeper than {_limits.MaxGraphDepth}");
        }

        _hasInnerGraphs |= depth > 0;

        // Nodes stand before the inputs and constants that they use, so the names are collected first.
        var scope = new OnnxGraphScope(outer);
        WireReader names = reader;
        while (names.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Graph.Name:
                    graph.Name = names.Text();
                    break;
                case OnnxFields.Graph.Initializer:
                    OnnxTensor tensor = _tensors.Read(names.Message());
                    if (!graph.Initializers.TryAdd(tensor.Name, tensor))
                    {
                        throw new ModelFormatException("the constant stands twice", _path, tensor.Name);
                    }

                    break;
                case OnnxFields.Graph.SparseInitializer:
                    _hasSparseConstants = true;
                    scope.Define(_tensors.ReadSparse(names.Message()), _path);
                    break;
                case OnnxFields.Graph.Input:
                    OnnxValue input = _values.Read(names.Message(), requireTensor: depth == 0);
                    scope.Define(input.Name, _path);
                    graph.Inputs.Add(input);
                    break;
                case OnnxFields.Graph.Output:
                    graph.Outputs.Add(_values.Read(names.Message(), requireTensor: depth == 0));
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

    private OnnxNode ReadNode(WireReader reader, OnnxGraphScope? scope, int depth)
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
                    OnnxAttribute attribute = ReadAttribute(reader.Message(), scope, depth);
                    if (attributes.Exists(other => other.Name == attribute.Name))
                    {
                        // Whoever reads the first and whoever reads the last would see two models.
                        throw reader.Wrong($"the attribute '{attribute.Name}' stands twice in a node");
                    }

                    attributes.Add(attribute);
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

    private OnnxAttribute ReadAttribute(WireReader reader, OnnxGraphScope? scope, int depth)
    {
        string name = string.Empty;
        long type = 0;
        long integer = 0;
        float single = 0;
        string text = string.Empty;
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
                    integer = reader.Integer();
                    break;
                case OnnxFields.Attribute.Float:
                    single = reader.Number();
                    break;
                case OnnxFields.Attribute.Bytes:
                    // The specification says bytes; those that are no text are of no use here, but not wrong.
                    text = System.Text.Encoding.UTF8.GetString(reader.Bytes());
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
                    _tensors.Read(reader.Message());
                    break;
                case OnnxFields.Attribute.SparseTensor or OnnxFields.Attribute.SparseTensors:
                    _tensors.ReadSparse(reader.Message());
                    break;
                case OnnxFields.Attribute.Graph or OnnxFields.Attribute.Graphs:
                    ReadGraph(reader.Message(), new OnnxGraphContent(), scope ?? new OnnxGraphScope(null) { Open = true }, depth + 1);
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
            OnnxAttributeType.Int => integer,
            OnnxAttributeType.Float => single,
            OnnxAttributeType.String => text,
            OnnxAttributeType.Ints => integers.AsReadOnly(),
            OnnxAttributeType.Floats => numbers.AsReadOnly(),
            OnnxAttributeType.Strings => texts.AsReadOnly(),
            _ => null,
        });
    }

    private void ReadFunction(WireReader reader)
    {
        // A function's names are its own and its inputs are declared apart; only what can reach outside the file is checked.
        _hasInnerGraphs = true;
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
}
