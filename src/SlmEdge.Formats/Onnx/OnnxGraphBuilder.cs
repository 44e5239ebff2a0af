using System.Runtime.InteropServices;

namespace SlmEdge.Formats.Onnx;

/// <summary>
/// Collects an ONNX graph: inputs, outputs, nodes in the order they run, constants. <see cref="OnnxModelWriter"/> writes it.
/// Names are checked while the graph grows: a node may only use what exists already, and nothing is defined twice. Not thread-safe.
/// </summary>
public sealed class OnnxGraphBuilder
{
    /// <summary>The domain of ONNX Runtime's contributed operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly List<OnnxValue> _valueInfos = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxInitializer> _initializers = [];
    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal) { [""] = 21, [MicrosoftDomain] = 1 };
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph. Operator sets: ONNX 21, com.microsoft 1.</summary>
    /// <param name="name">The graph's name.</param>
    public OnnxGraphBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>What wrote the model.</summary>
    public string ProducerName { get; init; } = "SlmEdge";

    /// <summary>The inputs.</summary>
    public IReadOnlyList<OnnxValue> Inputs => _inputs;

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs => _outputs;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The version of each operator set by domain.</summary>
    public IReadOnlyDictionary<string, long> OpsetImports => _opsets;

    internal IReadOnlyList<OnnxValue> ValueInfos => _valueInfos;

    internal IReadOnlyList<OnnxInitializer> Initializers => _initializers;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Sets the version of an operator set; the empty domain is ONNX's own.</summary>
    public void SetOpset(string domain, long version)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(version);
        _opsets[domain] = version;
    }

    /// <summary>Sets an entry of the model's metadata.</summary>
    public void SetMetadata(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        _metadata[key] = value;
    }

    /// <summary>Adds an input and returns its name.</summary>
    public string AddInput(string name, OnnxDataType type, params OnnxDimension[] shape)
    {
        Define(name);
        _inputs.Add(new OnnxValue(name, type, [.. shape]));
        return name;
    }

    /// <summary>Declares an output. What has that name may be defined later.</summary>
    public void AddOutput(string name, OnnxDataType type, params OnnxDimension[] shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_outputs.Any(o => o.Name == name))
        {
            throw new ArgumentException($"The output '{name}' was declared before.", nameof(name));
        }

        _outputs.Add(new OnnxValue(name, type, [.. shape]));
    }

    /// <summary>States the type and shape of an intermediate result (needed only where they cannot be inferred).</summary>
    public void AddValueInfo(string name, OnnxDataType type, params OnnxDimension[] shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _valueInfos.Add(new OnnxValue(name, type, [.. shape]));
    }

    /// <summary>Adds a node.</summary>
    /// <param name="opType">The operator.</param>
    /// <param name="inputs">Names of inputs, constants or earlier outputs; empty for an optional input that is left out.</param>
    /// <param name="outputs">New names; empty for an optional output that is left out.</param>
    /// <param name="domain">The operator set; empty for ONNX's own.</param>
    /// <param name="name">The node's name; null for one made from the operator and its number.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The first output.</returns>
    /// <exception cref="ArgumentException">An input does not exist, an output exists already, or the domain's version was not set.</exception>
    public string AddNode(
        string opType, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, string domain = "", string? name = null, IReadOnlyList<OnnxAttribute>? attributes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(opType);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (!_opsets.ContainsKey(domain))
        {
            throw new ArgumentException($"The operator set '{domain}' has no version; call {nameof(SetOpset)} first.", nameof(domain));
        }

        foreach (string input in inputs)
        {
            if (input.Length > 0 && !_defined.Contains(input))
            {
                throw new ArgumentException($"The {opType} node uses '{input}', which is not defined.", nameof(inputs));
            }
        }

        if (outputs.Count == 0 || outputs[0].Length == 0)
        {
            throw new ArgumentException($"The {opType} node has no first output.", nameof(outputs));
        }

        foreach (string output in outputs)
        {
            if (output.Length > 0)
            {
                Define(output);
            }
        }

        _nodes.Add(new OnnxNode(
            opType, domain, name ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{opType}_{_nodes.Count}"),
            [.. inputs], [.. outputs], [.. attributes ?? []]));
        return outputs[0];
    }

    /// <summary>Adds a constant whose bytes are written when its turn comes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The element type; not String.</param>
    /// <param name="shape">The shape, row-major; empty for a scalar.</param>
    /// <param name="write">Writes exactly the little-endian bytes; called once per written model.</param>
    /// <returns>The name.</returns>
    public string AddInitializer(string name, OnnxDataType type, IReadOnlyList<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        long length = OnnxDataTypes.ByteLength(type, shape);
        Define(name);
        _initializers.Add(new OnnxInitializer(name, type, [.. shape], length, write));
        return name;
    }

    /// <summary>Adds a single-precision constant.</summary>
    public string AddInitializer(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) =>
        AddInitializer(name, OnnxDataType.Float, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    /// <summary>Adds a constant of 64-bit integers.</summary>
    public string AddInitializer(string name, IReadOnlyList<long> shape, ReadOnlyMemory<long> values) =>
        AddInitializer(name, OnnxDataType.Int64, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    /// <summary>Adds a constant of 32-bit integers.</summary>
    public string AddInitializer(string name, IReadOnlyList<long> shape, ReadOnlyMemory<int> values) =>
        AddInitializer(name, OnnxDataType.Int32, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    /// <summary>Adds a constant of bytes.</summary>
    public string AddInitializer(string name, IReadOnlyList<long> shape, ReadOnlyMemory<byte> values) =>
        AddInitializer(name, OnnxDataType.UInt8, shape, stream => stream.Write(values.Span));

    internal void CheckComplete()
    {
        if (_outputs.Count == 0)
        {
            throw new InvalidOperationException($"The graph '{Name}' has no output.");
        }

        foreach (OnnxValue output in _outputs)
        {
            if (!_defined.Contains(output.Name))
            {
                throw new InvalidOperationException($"The output '{output.Name}' of the graph '{Name}' is not computed by any node.");
            }
        }
    }

    private void Define(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_defined.Add(name))
        {
            throw new ArgumentException($"The name '{name}' is defined before.", nameof(name));
        }
    }
}
