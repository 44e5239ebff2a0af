using SlmEdge.Formats.Onnx;

namespace SlmEdge.Formats.Tests.Onnx;

/// <summary>A decoder of one block as the exporter writes it, whole and with one thing wrong at a time.</summary>
public sealed class OnnxOperatorTests : IDisposable
{
    private const int Width = 64;
    private const int Heads = 4;
    private const int SharedHeads = 2;
    private const int HeadSize = 16;
    private const int Rows = (Heads + (2 * SharedHeads)) * HeadSize;
    private const int Vocabulary = 32;
    private const int Positions = 8;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_decoder_of_known_operators_is_read() => Read((_, _) => { }).Nodes.Count.ShouldBe(14);

    [Theory]
    [InlineData("MatMulNBits", "block_size", 0)]
    [InlineData("MatMulNBits", "block_size", -32)]
    [InlineData("MatMulNBits", "block_size", 24)]
    [InlineData("MatMulNBits", "block_size", 64)]
    [InlineData("MatMulNBits", "block_size", 512)]
    [InlineData("MatMulNBits", "bits", 0)]
    [InlineData("MatMulNBits", "bits", 5)]
    [InlineData("MatMulNBits", "bits", 8)]
    [InlineData("MatMulNBits", "K", 0)]
    [InlineData("MatMulNBits", "K", 65)]
    [InlineData("MatMulNBits", "K", long.MinValue)]
    [InlineData("MatMulNBits", "N", 127)]
    [InlineData("MatMulNBits", "N", 129)]
    [InlineData("MatMulNBits", "N", 0x1_0000_0080)]
    [InlineData("MatMulNBits", "accuracy_level", 5)]
    [InlineData("MatMulNBits", "weight_prepacked", 1)]
    [InlineData("GatherBlockQuantized", "block_size", 0)]
    [InlineData("GatherBlockQuantized", "block_size", 16)]
    [InlineData("GatherBlockQuantized", "bits", 0)]
    [InlineData("GatherBlockQuantized", "bits", 4)]
    [InlineData("GatherBlockQuantized", "gather_axis", 1)]
    [InlineData("GatherBlockQuantized", "quantize_axis", 0)]
    [InlineData("GroupQueryAttention", "num_heads", 0)]
    [InlineData("GroupQueryAttention", "num_heads", -4)]
    [InlineData("GroupQueryAttention", "num_heads", 6)]
    [InlineData("GroupQueryAttention", "num_heads", 0x1_0000_0004)]
    [InlineData("GroupQueryAttention", "kv_num_heads", 0)]
    [InlineData("GroupQueryAttention", "kv_num_heads", 3)]
    [InlineData("GroupQueryAttention", "kv_num_heads", 4)]
    [InlineData("GroupQueryAttention", "local_window_size", -2)]
    [InlineData("GroupQueryAttention", "do_rotary", 0)]
    [InlineData("GroupQueryAttention", "rotary_interleaved", 2)]
    [InlineData("SimplifiedLayerNormalization", "axis", 5)]
    [InlineData("SimplifiedLayerNormalization", "stash_type", 0)]
    [InlineData("Split", "num_outputs", 0)]
    [InlineData("Split", "num_outputs", 3)]
    [InlineData("Split", "axis", 1)]
    [InlineData("Cast", "to", 0)]
    [InlineData("ReduceSum", "keepdims", 1)]
    [InlineData("ReduceSum", "noop_with_empty_axes", 1)]
    public void An_integer_that_a_kernel_cannot_compute_with_is_refused(string type, string attribute, long value) =>
        Refused(type, (_, attributes) => Set(attributes, OnnxAttribute.Int(attribute, value)));

    [Theory]
    [InlineData("SimplifiedLayerNormalization", "epsilon", float.NaN)]
    [InlineData("SimplifiedLayerNormalization", "epsilon", -1f)]
    [InlineData("SimplifiedLayerNormalization", "epsilon", 0f)]
    [InlineData("GroupQueryAttention", "scale", float.PositiveInfinity)]
    [InlineData("GroupQueryAttention", "softcap", -1f)]
    [InlineData("GroupQueryAttention", "num_heads", 4f)]
    [InlineData("MatMulNBits", "bits", 4f)]
    public void A_number_that_a_kernel_cannot_compute_with_is_refused(string type, string attribute, float value) =>
        Refused(type, (_, attributes) => Set(attributes, OnnxAttribute.Float(attribute, value)));

    [Theory]
    [InlineData("MatMulNBits", "K")]
    [InlineData("MatMulNBits", "N")]
    [InlineData("MatMulNBits", "bits")]
    [InlineData("MatMulNBits", "block_size")]
    [InlineData("GatherBlockQuantized", "bits")]
    [InlineData("GatherBlockQuantized", "block_size")]
    [InlineData("GroupQueryAttention", "num_heads")]
    [InlineData("GroupQueryAttention", "kv_num_heads")]
    [InlineData("GroupQueryAttention", "do_rotary")]
    [InlineData("ReduceSum", "keepdims")]
    public void A_missing_attribute_is_refused(string type, string attribute) =>
        Refused(type, (_, attributes) => attributes.RemoveAll(one => one.Name == attribute).ShouldBe(1));

    [Theory]
    [InlineData("MatMulNBits", 1, "table")] // The levels.
    [InlineData("MatMulNBits", 1, "embedded")] // No constant.
    [InlineData("MatMulNBits", 2, "table.scales")]
    [InlineData("MatMulNBits", 3, "levels")]
    [InlineData("GatherBlockQuantized", 0, "levels")]
    [InlineData("GatherBlockQuantized", 2, "scales")]
    [InlineData("GatherBlockQuantized", 3, "scales")]
    [InlineData("GroupQueryAttention", 0, "embedded")]
    [InlineData("GroupQueryAttention", 1, "normed")]
    [InlineData("GroupQueryAttention", 3, "projected")]
    [InlineData("GroupQueryAttention", 5, "total")]
    [InlineData("GroupQueryAttention", 6, "lengths")]
    [InlineData("GroupQueryAttention", 7, "norm")] // One dimension where the kernel looks for two.
    [InlineData("GroupQueryAttention", 7, "")]
    [InlineData("GroupQueryAttention", 8, "table.scales")]
    [InlineData("Sub", 1, "two")] // The lengths are not the mask's any more.
    [InlineData("ReduceSum", 0, "input_ids")]
    [InlineData("Shape", 0, "input_ids")]
    [InlineData("Reshape", 1, "two")]
    public void An_input_of_another_kind_is_refused(string type, int input, string name) =>
        Refused(type, (inputs, _) =>
        {
            while (inputs.Count <= input)
            {
                inputs.Add("");
            }

            inputs[input] = name;
        });

    [Theory]
    [InlineData("Loop", "")]
    [InlineData("NonZero", "")]
    [InlineData("Add", "com.microsoft")]
    [InlineData("MultiHeadAttention", "com.microsoft")]
    public void An_operator_that_the_exporter_does_not_write_is_refused_for_a_decoder_and_read_otherwise(string type, string domain)
    {
        string path = Write((_, _, _) => { }, graph => graph.AddNode(type, ["logits"], ["more"], domain));
        OnnxModelFile.Read(path).Nodes.Count.ShouldBe(15);
        Should.Throw<ModelFormatException>(() => OnnxModelFile.ReadDecoder(path)).Message.ShouldContain($"the {type} node");
    }

    [Fact]
    public void An_attribute_that_stands_twice_is_refused()
    {
        string path = Write((type, _, attributes) =>
        {
            if (type == "MatMulNBits")
            {
                attributes.Add(OnnxAttribute.Int("bits", 4));
            }
        });
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(path)).Message.ShouldContain("'bits' stands twice");
    }

    private static void Set(List<OnnxAttribute> attributes, OnnxAttribute attribute)
    {
        attributes.RemoveAll(one => one.Name == attribute.Name);
        attributes.Add(attribute);
    }

    /// <summary>Changes the first node of an operator.</summary>
    private void Refused(string type, Action<List<string>, List<OnnxAttribute>> change)
    {
        bool changed = false;
        string path = Write((other, inputs, attributes) =>
        {
            if (other == type && !changed)
            {
                changed = true;
                change(inputs, attributes);
            }
        });
        changed.ShouldBeTrue();
        OnnxModelFile.Read(path); // The file itself is whole.
        Should.Throw<ModelFormatException>(() => OnnxModelFile.ReadDecoder(path)).Message.ShouldContain("is not given to ONNX Runtime");
    }

    private OnnxModelFile Read(Action<List<string>, List<OnnxAttribute>> change) => OnnxModelFile.ReadDecoder(Write((_, inputs, attributes) => change(inputs, attributes)));

    private string Write(Action<string, List<string>, List<OnnxAttribute>> change, Action<OnnxGraphBuilder>? more = null)
    {
        const string Microsoft = OnnxGraphBuilder.MicrosoftDomain;
        var graph = new OnnxGraphBuilder("decoder");
        graph.AddInput("input_ids", OnnxDataType.Int64, "batch", "sequence");
        graph.AddInput("attention_mask", OnnxDataType.Int64, "batch", "total");
        graph.AddInput("past.key", OnnxDataType.Float, "batch", (long)SharedHeads, "past", (long)HeadSize);
        graph.AddInput("past.value", OnnxDataType.Float, "batch", (long)SharedHeads, "past", (long)HeadSize);
        graph.AddInitializer("ones", [1], new long[] { 1 });
        graph.AddInitializer("one", [], new long[] { 1 });
        graph.AddInitializer("two", [], new long[] { 2 });
        graph.AddInitializer("row bytes", [2], new long[] { Vocabulary, Width });
        graph.AddInitializer("table", [Vocabulary, Width / 32, 32], new byte[Vocabulary * Width].AsMemory());
        graph.AddInitializer("table.scales", [Vocabulary, Width / 32], new float[Vocabulary * Width / 32]);
        graph.AddInitializer("norm", [Width], new float[Width]);
        graph.AddInitializer("levels", [Rows, Width / 32, 16], new byte[Rows * Width / 2].AsMemory());
        graph.AddInitializer("scales", [Rows, Width / 32], new float[Rows * Width / 32]);
        graph.AddInitializer("zeros", [Rows, 1], new byte[Rows].AsMemory());
        graph.AddInitializer("cos", [Positions, HeadSize / 2], new float[Positions * HeadSize / 2]);
        graph.AddInitializer("sin", [Positions, HeadSize / 2], new float[Positions * HeadSize / 2]);
        Node("ReduceSum", ["attention_mask", "ones"], ["sum"], "", OnnxAttribute.Int("keepdims", 0));
        Node("Sub", ["sum", "ones"], ["less"]);
        Node("Cast", ["less"], ["lengths"], "", OnnxAttribute.Int("to", (long)OnnxDataType.Int32));
        Node("Shape", ["attention_mask"], ["shape"]);
        Node("Gather", ["shape", "one"], ["width"], "", OnnxAttribute.Int("axis", 0));
        Node("Cast", ["width"], ["total"], "", OnnxAttribute.Int("to", (long)OnnxDataType.Int32));
        Node("Reshape", ["table", "row bytes"], ["rows"]);
        Node("GatherBlockQuantized", ["rows", "input_ids", "table.scales"], ["embedded"], Microsoft,
            OnnxAttribute.Int("bits", 8), OnnxAttribute.Int("block_size", 32), OnnxAttribute.Int("gather_axis", 0), OnnxAttribute.Int("quantize_axis", 1));
        Node("SimplifiedLayerNormalization", ["embedded", "norm"], ["normed"], "",
            OnnxAttribute.Float("epsilon", 1e-5f), OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("stash_type", 1));
        Node("MatMulNBits", ["normed", "levels", "scales", "zeros"], ["projected"], Microsoft,
            OnnxAttribute.Int("K", Width), OnnxAttribute.Int("N", Rows), OnnxAttribute.Int("bits", 4), OnnxAttribute.Int("block_size", 32), OnnxAttribute.Int("accuracy_level", 4));
        Node("GroupQueryAttention", ["projected", "", "", "past.key", "past.value", "lengths", "total", "cos", "sin"], ["attended", "present.key", "present.value"], Microsoft,
            OnnxAttribute.Int("num_heads", Heads), OnnxAttribute.Int("kv_num_heads", SharedHeads), OnnxAttribute.Int("do_rotary", 1), OnnxAttribute.Int("rotary_interleaved", 0),
            OnnxAttribute.Int("local_window_size", -1), OnnxAttribute.Float("scale", 0.25f), OnnxAttribute.Float("softcap", 0));
        Node("Split", ["projected"], ["first", "second"], "", OnnxAttribute.Int("axis", -1), OnnxAttribute.Int("num_outputs", 2));
        Node("Add", ["attended", "first"], ["joined"]);
        Node("MatMulNBits", ["joined", "table", "table.scales"], ["logits"], Microsoft,
            OnnxAttribute.Int("K", Width), OnnxAttribute.Int("N", Vocabulary), OnnxAttribute.Int("bits", 8), OnnxAttribute.Int("block_size", 32), OnnxAttribute.Int("accuracy_level", 4));
        more?.Invoke(graph);
        graph.AddOutput("logits", OnnxDataType.Float, "batch", "sequence", (long)Vocabulary);
        graph.AddOutput("present.key", OnnxDataType.Float, "batch", (long)SharedHeads, "total", (long)HeadSize);
        graph.AddOutput("present.value", OnnxDataType.Float, "batch", (long)SharedHeads, "total", (long)HeadSize);
        string path = _folder.File("model.onnx");
        OnnxModelWriter.Write(graph, path, null);
        return path;

        void Node(string type, string[] inputs, string[] outputs, string domain = "", params OnnxAttribute[] attributes)
        {
            List<string> given = [.. inputs];
            List<OnnxAttribute> stated = [.. attributes];
            change(type, given, stated);
            graph.AddNode(type, given, outputs, domain, attributes: stated);
        }
    }
}
