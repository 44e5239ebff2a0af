using SlmEdge.Formats.Onnx.Operators;
using SlmEdge.Formats.Protobuf;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Onnx;

/// <summary>
/// What an ONNX model says about itself, checked before native code reads it: the structure of the file, names (nothing is used before it is
/// defined, nothing is defined twice, every output is computed), sizes of constants, and that external data lies in the model's own folder and inside
/// its file. Files of other makers may hold parts that are checked but not kept (subgraphs, functions).
/// </summary>
public sealed class OnnxModelFile
{
    internal OnnxModelFile(string path) => Path = path;

    /// <summary>The model's path.</summary>
    public string Path { get; }

    /// <summary>The version of the intermediate representation.</summary>
    public long IrVersion { get; internal set; }

    /// <summary>What wrote the model.</summary>
    public string ProducerName { get; internal set; } = string.Empty;

    /// <summary>The graph's name.</summary>
    public string GraphName { get; internal set; } = string.Empty;

    /// <summary>The version of each operator set by domain; the empty domain is ONNX's own.</summary>
    public IReadOnlyDictionary<string, long> OpsetImports { get; internal set; } = new Dictionary<string, long>();

    /// <summary>The model's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The inputs that a caller supplies (constants of older models that are also listed as inputs included).</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; internal set; } = [];

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; internal set; } = [];

    /// <summary>The constants of the main graph by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Initializers { get; internal set; } = new Dictionary<string, OnnxTensor>();

    /// <summary>The nodes of the main graph.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; internal set; } = [];

    /// <summary>The full paths of the data files that the model refers to.</summary>
    public IReadOnlyList<string> ExternalFiles { get; internal set; } = [];

    /// <summary>Whether nodes stand in subgraphs or functions, which are checked but not kept.</summary>
    internal bool HasInnerGraphs { get; set; }

    /// <summary>Whether constants of the main graph are sparse.</summary>
    internal bool HasSparseConstants { get; set; }

    /// <summary>
    /// Reads and checks a decoder that ONNX Runtime is to compute: beyond <see cref="Read"/>, every node is one that the exporter writes, with attributes in their
    /// ranges and weights of the sizes that these state. ONNX Runtime's kernels divide and address by such numbers without looking at them.
    /// </summary>
    /// <param name="path">The model file.</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The model is malformed, truncated, exceeds a limit, refers to data outside its folder, or has a node that is not known to be safe.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxModelFile ReadDecoder(string path, OnnxLimits? limits = null)
    {
        OnnxModelFile model = Read(path, limits);
        OnnxOperatorCheck.Check(model);
        return model;
    }

    /// <summary>Reads and checks a model.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The model is malformed, truncated, exceeds a limit, or refers to data outside its folder.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxModelFile Read(string path, OnnxLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        limits ??= new OnnxLimits();
        using var file = new MappedFile(path);
        if (file.Length > Math.Min(limits.MaxModelBytes, int.MaxValue))
        {
            throw new ModelFormatException($"the model has {file.Length} bytes; at most {Math.Min(limits.MaxModelBytes, int.MaxValue)} are accepted", path);
        }

        return new OnnxModelParser(path, limits).Parse(new WireReader(file.Slice(0, file.Length), path, 0));
    }

    /// <summary>The raw little-endian bytes of a constant of at most 2 GiB.</summary>
    /// <exception cref="ModelFormatException">There is no such constant, or its values stand in typed fields, which this library does not write.</exception>
    public byte[] ReadInitializer(string name)
    {
        if (!Initializers.TryGetValue(name, out OnnxTensor? tensor))
        {
            throw new ModelFormatException("there is no such constant in the model", Path, name);
        }

        if (tensor.Offset < 0)
        {
            throw new ModelFormatException("its values stand in typed fields, not as raw data", Path, name);
        }

        string source = tensor.ExternalFile is null ? Path : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, tensor.ExternalFile);
        using var file = new MappedFile(source);
        return file.Slice(tensor.Offset, tensor.ByteLength).ToArray();
    }
}
