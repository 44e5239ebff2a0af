using System.Runtime.InteropServices;
using System.Text;
using FsCheck.Xunit;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Formats.Tests.Onnx;

public sealed class OnnxModelTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.onnx.data")]
    [InlineData(null)]
    public void Everything_that_was_written_is_read_back(string? external)
    {
        OnnxModelWriter.Write(Sample(), _folder.File("model.onnx"), external);
        OnnxModelFile model = OnnxModelFile.Read(_folder.File("model.onnx"));
        model.IrVersion.ShouldBe(10);
        model.ProducerName.ShouldBe("SlmEdge");
        model.GraphName.ShouldBe("sample");
        model.OpsetImports.ShouldBe(new Dictionary<string, long> { [""] = 21, ["com.microsoft"] = 1 }, ignoreOrder: true);
        model.Metadata["task"].ShouldBe("x");
        model.Inputs.Single().ShouldSatisfyAllConditions(i => i.Name.ShouldBe("x"), i => i.Type.ShouldBe(OnnxDataType.Float), i => i.Shape.ShouldBe(["batch", 4L]));
        model.Outputs.Select(o => o.Name).ShouldBe(["y"]);
        model.Nodes.Select(n => (n.OpType, n.Domain)).ShouldBe([("MatMul", ""), ("MatMulNBits", "com.microsoft"), ("Clip", "")]);
        OnnxNode quantised = model.Nodes[1];
        quantised.Attributes.ToDictionary(a => a.Name, a => a.Value).ShouldSatisfyAllConditions(
            a => a["K"].ShouldBe(1024L),
            a => a["epsilon"].ShouldBe(1e-5f),
            a => a["mode"].ShouldBe("ğ"),
            a => ((IReadOnlyList<long>)a["axes"]!).ShouldBe([-1L, 2L]),
            a => ((IReadOnlyList<float>)a["scales"]!).ShouldBe([0.5f]),
            a => ((IReadOnlyList<string>)a["names"]!).ShouldBe(["p", "q"]));
        model.Nodes[2].Inputs.ShouldBe(["b", "", "limit"]);
        MemoryMarshal.Cast<byte, float>(model.ReadInitializer("w")).ToArray().ShouldBe(Weights);
        MemoryMarshal.Cast<byte, float>(model.ReadInitializer("limit")).ToArray().ShouldBe([3f]);
        model.Initializers["limit"].ExternalFile.ShouldBeNull();
        model.Initializers["w"].ExternalFile.ShouldBe(external);
        model.Initializers["limit"].Shape.ShouldBeEmpty();
        model.ExternalFiles.Count.ShouldBe(external is null ? 0 : 1);
    }

    [Fact]
    public void External_constants_are_aligned_so_that_they_can_be_mapped()
    {
        var graph = new OnnxGraphBuilder("aligned");
        graph.AddInitializer("odd", OnnxDataType.UInt8, [1025], s => s.Write(new byte[1025]));
        graph.AddInitializer("next", OnnxDataType.UInt8, [1024], s => s.Write(new byte[1024]));
        graph.AddInitializer("big", OnnxDataType.UInt8, [1 << 20], s => s.Write(new byte[1 << 20]));
        graph.AddNode("Identity", ["odd"], ["y"]);
        graph.AddOutput("y", OnnxDataType.UInt8, 1025L);
        OnnxModelWriter.Write(graph, _folder.File("model.onnx"), "weights");
        var tensors = OnnxModelFile.Read(_folder.File("model.onnx")).Initializers;
        (tensors["next"].Offset % 64).ShouldBe(0);
        (tensors["big"].Offset % 4096).ShouldBe(0);
    }

    [Property(MaxTest = 60)]
    public bool Any_constants_are_read_back(byte[][] contents, bool external)
    {
        byte[][] bytes = [.. contents.Select(c => c ?? [])];
        var graph = new OnnxGraphBuilder("p");
        graph.AddInput("x", OnnxDataType.UInt8, 1L);
        for (int i = 0; i < bytes.Length; i++)
        {
            // Repeated, so that some are long enough to leave the model.
            bytes[i] = [.. Enumerable.Repeat(bytes[i], 200).SelectMany(b => b)];
            graph.AddInitializer($"c{i}", [bytes[i].Length], bytes[i].AsMemory());
        }

        graph.AddNode("Identity", ["x"], ["y"]);
        graph.AddOutput("y", OnnxDataType.UInt8, 1L);
        OnnxModelWriter.Write(graph, _folder.File("p.onnx"), external ? "p.data" : null);
        OnnxModelFile model = OnnxModelFile.Read(_folder.File("p.onnx"));
        return bytes.Select((b, i) => model.ReadInitializer($"c{i}").SequenceEqual(b)).All(same => same);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        // Also where a cut leaves well-formed fields: the operator sets, which the nodes need, stand last.
        Damage.EveryTruncationIsRefused(Bytes(), Read);
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_nothing_else() => Damage.RandomChangesAreRefusedOrRead(Bytes(), Read).ShouldBeGreaterThan(1000);

    [Fact]
    public void A_data_file_that_was_cut_off_is_refused()
    {
        OnnxModelWriter.Write(Sample(), _folder.File("model.onnx"), "model.data");
        byte[] data = File.ReadAllBytes(_folder.File("model.data"));
        _folder.Write("model.data", data.AsSpan(0, data.Length - 1));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(_folder.File("model.onnx"))).Message.ShouldContain("truncated");
        File.Delete(_folder.File("model.data"));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(_folder.File("model.onnx"))).Message.ShouldContain("'model.data' is missing");
    }

    [Theory]
    [InlineData("../secret.d")]
    [InlineData("/etc/secret")]
    [InlineData("sub/secret")]
    [InlineData("..")]
    public void Data_outside_the_folder_is_refused(string location)
    {
        // The names have the length of the one they replace, so that the file stays well-formed.
        string name = new('m', location.Length);
        OnnxModelWriter.Write(Sample(), _folder.File("model.onnx"), name);
        byte[] bytes = File.ReadAllBytes(_folder.File("model.onnx"));
        int replaced = 0;
        for (int at; (at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("location\x12" + (char)name.Length + name))) >= 0; replaced++)
        {
            Encoding.UTF8.GetBytes(location).CopyTo(bytes, at + "location".Length + 2);
        }

        replaced.ShouldBeGreaterThan(0);
        Should.Throw<ModelFormatException>(() => Read(bytes)).Message.ShouldContain("model's own folder");
    }

    [SkippableFact]
    public void A_link_that_leaves_the_folder_is_refused()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var elsewhere = new TestFolder();
        OnnxModelWriter.Write(Sample(), _folder.File("model.onnx"), "model.data");
        File.Move(_folder.File("model.data"), elsewhere.File("model.data"));
        File.CreateSymbolicLink(_folder.File("model.data"), elsewhere.File("model.data"));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(_folder.File("model.onnx"))).Message.ShouldContain("link");
    }

    [Fact]
    public void A_wiring_mistake_shows_where_it_is_made()
    {
        var graph = new OnnxGraphBuilder("g");
        graph.AddInput("x", OnnxDataType.Float, 1L);
        Should.Throw<ArgumentException>(() => graph.AddNode("Relu", ["z"], ["y"])).Message.ShouldContain("'z'");
        Should.Throw<ArgumentException>(() => graph.AddNode("Relu", ["x"], ["x"])).Message.ShouldContain("'x'");
        Should.Throw<ArgumentException>(() => graph.AddNode("Relu", ["x"], ["y"], domain: "other")).Message.ShouldContain("'other'");
        graph.AddOutput("y", OnnxDataType.Float, 1L);
        Should.Throw<InvalidOperationException>(() => OnnxModelWriter.Write(graph, _folder.File("m.onnx"), null)).Message.ShouldContain("'y'");
        graph.AddNode("Relu", ["x"], ["y"]);
        graph.AddInitializer("w", OnnxDataType.Float, [2], s => s.WriteByte(0));
        Should.Throw<InvalidOperationException>(() => OnnxModelWriter.Write(graph, _folder.File("m.onnx"), null)).Message.ShouldContain("'w' wrote 1 bytes");
        Should.Throw<ArgumentException>(() => OnnxModelWriter.Write(graph, _folder.File("m.onnx"), "../w"));
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Limits_are_kept()
    {
        OnnxModelWriter.Write(Sample(), _folder.File("model.onnx"), null);
        string path = _folder.File("model.onnx");
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(path, new OnnxLimits { MaxModelBytes = 100 }));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(path, new OnnxLimits { MaxNodes = 2 }));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(path, new OnnxLimits { MaxTensors = 1 }));
        Should.Throw<ModelFormatException>(() => OnnxModelFile.Read(path, new OnnxLimits { MaxDimensions = 1 }));
    }

    [Fact]
    public void Four_bit_types_take_half_a_byte()
    {
        OnnxDataTypes.ByteLength(OnnxDataType.Int4, [3]).ShouldBe(2);
        OnnxDataTypes.ByteLength(OnnxDataType.UInt4, [4, 4]).ShouldBe(8);
        OnnxDataTypes.ByteLength(OnnxDataType.Double, []).ShouldBe(8);
        Should.Throw<ArgumentOutOfRangeException>(() => OnnxDataTypes.ByteLength(OnnxDataType.String, [1]));
    }

    private static readonly float[] Weights = [.. Enumerable.Range(0, 4 * 128).Select(i => i * 0.25f)];

    private static OnnxGraphBuilder Sample()
    {
        var graph = new OnnxGraphBuilder("sample");
        graph.SetMetadata("task", "x");
        graph.AddInput("x", OnnxDataType.Float, "batch", 4L);
        graph.AddInitializer("w", [4, 128], Weights.AsMemory());
        graph.AddInitializer("limit", [], new[] { 3f }.AsMemory());
        graph.AddNode("MatMul", ["x", "w"], ["a"]);
        graph.AddNode("MatMulNBits", ["a", "w", "limit"], ["b"], OnnxGraphBuilder.MicrosoftDomain, attributes:
        [
            OnnxAttribute.Int("K", 1024), OnnxAttribute.Float("epsilon", 1e-5f), OnnxAttribute.String("mode", "ğ"),
            OnnxAttribute.Ints("axes", -1, 2), OnnxAttribute.Floats("scales", 0.5f), OnnxAttribute.Strings("names", "p", "q"),
        ]);
        graph.AddNode("Clip", ["b", "", "limit"], ["y"]);
        graph.AddOutput("y", OnnxDataType.Float, "batch", 128L);
        graph.AddValueInfo("a", OnnxDataType.Float, "batch", 128L);
        return graph;
    }

    private byte[] Bytes()
    {
        // Small constants only: what is damaged should be structure, not weights.
        var graph = new OnnxGraphBuilder("small");
        graph.AddInput("x", OnnxDataType.Float, "batch", 4L);
        graph.AddInitializer("w", [4], new float[] { 1, 2, 3, 4 }.AsMemory());
        graph.AddInitializer("far", [256], new float[256].AsMemory());
        graph.AddNode("Add", ["x", "w"], ["a"], attributes: [OnnxAttribute.Ints("axes", 1, 2)]);
        graph.AddNode("Gelu", ["a"], ["y"], OnnxGraphBuilder.MicrosoftDomain);
        graph.AddOutput("y", OnnxDataType.Float, "batch", 4L);
        OnnxModelWriter.Write(graph, _folder.File("small.onnx"), "small.data");
        return File.ReadAllBytes(_folder.File("small.onnx"));
    }

    private void Read(byte[] bytes) => OnnxModelFile.Read(_folder.Write("damaged.onnx", bytes));
}
