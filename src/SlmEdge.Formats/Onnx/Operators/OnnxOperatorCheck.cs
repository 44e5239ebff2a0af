using System.Buffers.Binary;

namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>
/// Checks a decoder's nodes against what ONNX Runtime's kernels take for granted: known operators only, attributes in their ranges, weights of the sizes that the
/// attributes state, heads as wide as what is projected to them, lengths that are those of the mask. A kernel that computes with a block of 0 elements, or reads
/// a matrix by numbers that are not the matrix's, ends the process or reads what is not its own.
/// </summary>
internal sealed class OnnxOperatorCheck
{
    private readonly OnnxModelFile _model;
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly OnnxWidths _widths;
    private readonly OnnxBlockWeightCheck _blockWeights;
    private readonly OnnxAttentionCheck _attention;

    private OnnxOperatorCheck(OnnxModelFile model)
    {
        _model = model;
        _widths = new OnnxWidths(this);
        _blockWeights = new OnnxBlockWeightCheck(this);
        _attention = new OnnxAttentionCheck(this, _widths);
    }

    public OnnxModelFile Model => _model;

    /// <exception cref="ModelFormatException">A node is not one that a kernel can be trusted with.</exception>
    public static void Check(OnnxModelFile model) => new OnnxOperatorCheck(model).CheckAll();

    /// <summary>The node that computes a value, or null for inputs and constants.</summary>
    public OnnxNode? Maker(string value) => _makers.GetValueOrDefault(value);

    /// <summary>A constant that no caller can replace, or null.</summary>
    public OnnxTensor? Constant(string name) => _model.Initializers.GetValueOrDefault(name) is { } tensor && _model.Inputs.All(input => input.Name != name) ? tensor : null;

    /// <summary>A constant or the input of a cast, which is what 16-bit weights are.</summary>
    public OnnxTensor? ConstantBehindCast(string name) => Maker(name) is { OpType: "Cast" } cast ? Constant(cast.Inputs[0]) : Constant(name);

    /// <summary>The values of a small constant of 64-bit integers, or null.</summary>
    public long[]? Integers(string name)
    {
        if (Constant(name) is not { Type: OnnxDataType.Int64, Offset: >= 0, ByteLength: <= 8 * sizeof(long) })
        {
            return null;
        }

        byte[] bytes = _model.ReadInitializer(name);
        long[] values = new long[bytes.Length / sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        }

        return values;
    }

    /// <summary>An integer attribute, or its default.</summary>
    public static long Integer(OnnxNode node, string name, long otherwise) =>
        node.Attributes.FirstOrDefault(attribute => attribute.Name == name)?.Value as long? ?? otherwise;

    public ModelFormatException Wrong(OnnxNode node, string message) => new($"the {node.OpType} node {message}; such a graph is not given to ONNX Runtime", _model.Path, node.Name);

    private void CheckAll()
    {
        if (_model.HasInnerGraphs || _model.HasSparseConstants)
        {
            throw new ModelFormatException("the model has subgraphs, functions or sparse constants, which a decoder here cannot have; export it with 'slm-export onnx'", _model.Path);
        }

        foreach (OnnxNode node in _model.Nodes)
        {
            if (OnnxOperatorRules.Find(node) is not { } rule)
            {
                throw Wrong(node, $"of the operator set '{node.Domain}' is not one that a decoder here can have");
            }

            if (rule.Refuse(node) is { } wrong)
            {
                throw Wrong(node, wrong);
            }

            switch (node.OpType)
            {
                case "MatMulNBits":
                    _blockWeights.CheckProduct(node);
                    break;
                case "GatherBlockQuantized":
                    _blockWeights.CheckLookup(node);
                    break;
                case "GroupQueryAttention":
                    _attention.Check(node);
                    break;
                case "Split" when Integer(node, "num_outputs", node.Outputs.Count) != node.Outputs.Count:
                    throw Wrong(node, "does not have as many outputs as it states");
            }

            _widths.Add(node);
            foreach (string output in node.Outputs)
            {
                _makers[output] = node;
            }
        }
    }
}
