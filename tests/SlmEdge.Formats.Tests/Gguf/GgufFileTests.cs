using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Formats.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_was_written_is_read_back()
    {
        string path = _folder.File("a.gguf");
        Sample().Write(path);
        using var file = GgufFile.Open(path);
        file.Version.ShouldBe(3u);
        file.Metadata["text"].AsString().ShouldBe("ğ\n");
        file.Metadata["u32"].AsInt64().ShouldBe(uint.MaxValue);
        file.Metadata["i32"].AsInt32().ShouldBe(-5);
        file.Metadata["i64"].AsInt64().ShouldBe(long.MinValue);
        file.Metadata["f32"].AsDouble().ShouldBe(0.5);
        file.Metadata["yes"].AsBoolean().ShouldBeTrue();
        file.Metadata["texts"].AsStrings().ShouldBe(["a", "", "ş"]);
        file.Metadata["ints"].AsInt32s().ShouldBe([1, -2]);
        file.Metadata["uints"].AsInt32s().ShouldBe([3, 4]);
        file.Metadata["floats"].AsFloats().ShouldBe([1.5f]);
        file.Metadata["replaced"].AsString().ShouldBe("second");
        Should.Throw<ModelFormatException>(() => file.Metadata["text"].AsInt64()).Element.ShouldBe("text");
        Should.Throw<ModelFormatException>(() => file.Metadata["u64"].AsInt64()).Element.ShouldBe("u64");
        file.Tensors.Select(t => t.Name).ShouldBe(["w", "q"]);
        file.GetTensor("w").Dimensions.ShouldBe([3, 2]);
        file.GetBytes("w").ToArray().ShouldBe([.. Enumerable.Range(0, 24).Select(i => (byte)i)]);
        file.GetTensor("q").ByteLength.ShouldBe(2 * 34);
        file.Tensors.ShouldAllBe(t => t.Offset % 32 == 0);
    }

    [Property(MaxTest = 60)]
    public bool Any_strings_and_tensor_bytes_are_read_back(string?[] texts, byte[][] tensors)
    {
        string path = _folder.File("p.gguf");
        string[] values = [.. texts.Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t ?? string.Empty)))];
        byte[][] contents = [.. tensors.Where(t => t is { Length: > 0 })];
        var writer = new GgufWriter();
        writer.Set("texts", values);
        for (int i = 0; i < contents.Length; i++)
        {
            byte[] content = contents[i];
            writer.AddTensor($"t{i}", GgmlType.I8, [content.Length], s => s.Write(content));
        }

        writer.Write(path);
        using var file = GgufFile.Open(path);
        return file.Metadata["texts"].AsStrings().SequenceEqual(values)
            && file.Tensors.Count == contents.Length
            && contents.Select((c, i) => file.GetBytes($"t{i}").SequenceEqual(c)).All(same => same);
    }

    [SkippableFact]
    public void The_real_stories260K_model_is_read()
    {
        string path = SharedData.Require("data/models/stories260K.gguf");
        GgufFile.Verify(path);
        using var file = GgufFile.Open(path);
        file.Metadata["general.architecture"].AsString().ShouldBe("llama");
        file.Metadata["tokenizer.ggml.tokens"].Count.ShouldBe(512);
        int layers = file.Metadata["llama.block_count"].AsInt32();
        int width = file.Metadata["llama.embedding_length"].AsInt32();
        file.Tensors.Count(t => t.Name.EndsWith(".attn_q.weight", StringComparison.Ordinal)).ShouldBe(layers);
        file.GetTensor("token_embd.weight").Dimensions.ShouldBe([width, 512]);
        file.GetBytes("token_embd.weight").Length.ShouldBe(width * 512 * 4);
        long end = file.Tensors.Max(t => t.Offset + t.ByteLength);
        end.ShouldBeLessThanOrEqualTo(new FileInfo(path).Length);
    }

    [SkippableFact]
    public void A_real_model_that_was_cut_off_is_refused()
    {
        byte[] whole = File.ReadAllBytes(SharedData.Require("data/models/stories260K.gguf"));
        foreach (int length in (int[])[3, 23, 1000, 20_000, whole.Length / 2, whole.Length - 4096])
        {
            Should.Throw<ModelFormatException>(() => Read(whole[..length]));
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] valid = Bytes(Sample());

        // The padding after the last tensor is not content.
        using var file = GgufFile.Open(_folder.Write("valid", valid));
        int end = (int)file.Tensors.Max(t => t.Offset + t.ByteLength);
        Damage.EveryTruncationIsRefused(valid[..end], Read);
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_nothing_else() =>
        Damage.RandomChangesAreRefusedOrRead(Bytes(Sample()), Read).ShouldBeGreaterThan(500);

    [Theory]
    [InlineData(4, 1u, "version is 1")]
    [InlineData(4, 4u, "version is 4")]
    [InlineData(4, 0x03000000u, "little-endian")]
    [InlineData(8, 0x7FFFFFFFu, "number of tensors")]
    [InlineData(16, 0x7FFFFFFFu, "number of metadata entries")]
    [InlineData(24, 0xFFFFFFFFu, "metadata key")]
    public void A_header_that_lies_is_refused(int offset, uint value, string because)
    {
        byte[] bytes = Bytes(Sample());
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
        Should.Throw<ModelFormatException>(() => Read(bytes)).Message.ShouldContain(because);
    }

    [Fact]
    public void Raw_headers_that_lie_are_refused()
    {
        Refused(Header(0, 1).Text("k").UInt32(9).UInt32(4).UInt64(1UL << 40), "number of elements");
        Refused(Header(0, 1).Text("k").UInt32(9).UInt32(8).UInt64(1000), "more than the rest");
        Refused(Header(0, 1).Text("k").UInt32(9).UInt32(9).UInt64(1), "array of arrays");
        Refused(Header(0, 1).Text("k").UInt32(99).UInt64(1), "unknown type 99");
        Refused(Header(0, 1).Text("k").UInt32(7).Byte(2), "boolean");
        Refused(Header(0, 2).Text("k").UInt32(0).Byte(1).Text("k").UInt32(0).Byte(1), "stands twice");
        Refused(Header(0, 1).Text("").UInt32(0).Byte(1), "empty");
        Refused(Header(0, 1).Text("k").UInt32(8).UInt64(2).Byte(0xC3).Byte(0x28), "UTF-8");
        Refused(Header(0, 1).Text("general.alignment").UInt32(4).UInt32(24), "power of two");
        Refused(Header(0, 1).Text("general.alignment").UInt32(4).UInt32(0), "power of two");
        Refused(Tensor("w", [1], 0, 0).Zeros(0), "do not lie inside");
        Refused(Tensor("w", [1], 0, 8).Zeros(64), "not a multiple of the alignment");
        Refused(Tensor("w", [1], 0, ulong.MaxValue - 31).Zeros(64), "alignment");
        Refused(Tensor("w", [1], 4, 0).Zeros(64), "unknown type 4");
        Refused(Tensor("w", [31], 2, 0).Zeros(64), "Q4_0 block");
        Refused(Tensor("w", [0], 0, 0).Zeros(64), "must be positive");
        Refused(Tensor("w", [1UL << 31, 1UL << 31, 4], 0, 0).Zeros(64), "overflow");
        Refused(Tensor("w", [1, 1, 1, 1, 1], 0, 0).Zeros(64), "5 dimensions");
        Refused(Tensor(new string('w', 64), [1], 0, 0).Zeros(64), "tensor name");
        Refused(Tensor("w\0x", [1], 0, 0).Zeros(64), "zero byte");
    }

    [Fact]
    public void Overlapping_and_doubled_tensors_are_refused()
    {
        Refused(Header(2, 0).Describe("a", [16], 0, 0).Describe("b", [16], 0, 32).Zeros(256), "overlaps");
        Refused(Header(2, 0).Describe("a", [8], 0, 0).Describe("a", [8], 0, 32).Zeros(256), "stands twice");
    }

    [Fact]
    public void Limits_are_kept()
    {
        string path = _folder.File("a.gguf");
        Sample().Write(path);
        Should.Throw<ModelFormatException>(() => GgufFile.Open(path, new GgufLimits { MaxTensors = 1 }));
        Should.Throw<ModelFormatException>(() => GgufFile.Open(path, new GgufLimits { MaxMetadataEntries = 3 }));
        Should.Throw<ModelFormatException>(() => GgufFile.Open(path, new GgufLimits { MaxArrayElements = 2 }));
        Should.Throw<ModelFormatException>(() => GgufFile.Open(path, new GgufLimits { MaxStringBytes = 2 }));
        Should.Throw<ModelFormatException>(() => GgufFile.Open(path, new GgufLimits { MaxHeaderBytes = 100 })).Message.ShouldContain("100");
    }

    [Fact]
    public void A_vocabulary_that_libllama_would_abort_on_is_refused()
    {
        Verify(["a", "b"], [1, 1]);
        Should.Throw<ModelFormatException>(() => Verify(["a", "a"], [1, 1])).Message.ShouldContain("'a' stands twice");
        Should.Throw<ModelFormatException>(() => Verify(["a", "a\0b"], [1, 1])).Message.ShouldContain("stands twice");
        Should.Throw<ModelFormatException>(() => Verify(["", "[EMPTY_0]"], [1, 1])).Message.ShouldContain("stands twice");
        Should.Throw<ModelFormatException>(() => Verify(["a", "b"], [1])).Element.ShouldBe("tokenizer.ggml.token_type");

        void Verify(string[] tokens, int[] types)
        {
            var writer = new GgufWriter();
            writer.Set("general.architecture", "llama");
            writer.Set("tokenizer.ggml.tokens", tokens);
            writer.Set("tokenizer.ggml.token_type", types);
            writer.Write(_folder.File("v.gguf"));
            GgufFile.Verify(_folder.File("v.gguf"));
        }
    }

    [Theory]
    [InlineData("blk.0.attn_norm.weight", 64, 1)]
    [InlineData("blk.0.attn_q_norm.weight", 32, 4)]
    [InlineData("blk.0.attn_q.bias", 64, 1)]
    [InlineData("blk.0.ffn_up.scale", 32, 1)]
    [InlineData("rope_freqs.weight", 32, 1)]
    [InlineData("rope_factors_long.weight", 32, 1)]
    [InlineData("rope_factors_short.weight", 32, 1)]
    public void Tensors_that_ggml_multiplies_element_by_element_are_refused_unless_they_are_F32(string name, int columns, int rows)
    {
        Verify(GgmlType.F32, columns * rows * 4);
        var error = Should.Throw<ModelFormatException>(() => Verify(GgmlType.Q8_0, columns * rows / 32 * 34));
        error.Element.ShouldBe(name);
        error.Message.ShouldContain("Q8_0");

        void Verify(GgmlType type, int bytes)
        {
            var writer = new GgufWriter();
            writer.Set("general.architecture", "llama");
            writer.AddTensor(name, type, rows == 1 ? [columns] : [columns, rows], stream => stream.Write(new byte[bytes]));
            writer.Write(_folder.File("norm.gguf"));
            GgufFile.Verify(_folder.File("norm.gguf"));
        }
    }

    [Theory]
    [InlineData("split.count", 2u)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", -1f)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 1f)]
    public void Parts_of_a_model_and_impossible_epsilons_are_refused(string key, object value)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        if (value is uint number)
        {
            writer.Set(key, number);
        }
        else
        {
            writer.Set(key, (float)value);
        }

        writer.Write(_folder.File("bad.gguf"));
        var error = Should.Throw<ModelFormatException>(() => GgufFile.Verify(_folder.File("bad.gguf")));
        error.Message.ShouldContain(key);
    }

    [Theory]
    [InlineData("block_count", 0u)]
    [InlineData("block_count", 513u)]
    [InlineData("attention.head_count", 0u)]
    [InlineData("attention.head_count_kv", 0u)]
    [InlineData("attention.head_count_kv", 3u)]
    [InlineData("embedding_length", 0u)]
    [InlineData("attention.key_length", 32u)]
    [InlineData("expert_used_count", 2u)]
    [InlineData("expert_count", 8u)]
    [InlineData("rope.scaling.type", "sideways")]
    public void Hyperparameters_that_libllama_would_abort_on_are_refused(string name, object value)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("llama.block_count", 2u);
        writer.Set("llama.embedding_length", 64u);
        writer.Set("llama.attention.head_count", 4u);
        writer.Set("llama.attention.head_count_kv", 2u);
        writer.Write(_folder.File("good.gguf"));
        GgufFile.Verify(_folder.File("good.gguf"));
        if (value is uint number)
        {
            writer.Set($"llama.{name}", number);
        }
        else
        {
            writer.Set($"llama.{name}", (string)value);
        }

        writer.Write(_folder.File("bad.gguf"));
        Should.Throw<ModelFormatException>(() => GgufFile.Verify(_folder.File("bad.gguf"))).Element.ShouldNotBeNull().ShouldStartWith("llama.");
    }

    [Fact]
    public void Writing_refuses_what_cannot_be_read()
    {
        var writer = new GgufWriter();
        Should.Throw<ArgumentException>(() => writer.AddTensor(new string('n', 64), GgmlType.F32, [1], _ => { }));
        Should.Throw<ArgumentException>(() => writer.AddTensor("n", GgmlType.Q4_K, [128], _ => { }));
        Should.Throw<ArgumentException>(() => writer.AddTensor("n", GgmlType.F32, [], _ => { }));
        Should.Throw<ArgumentException>(() => writer.AddTensor("n", GgmlType.F32, [1, 0], _ => { }));
        Should.Throw<ArgumentException>(() => writer.Set("general.alignment", 64u));
        writer.AddTensor("n", GgmlType.F32, [1], s => s.WriteByte(1));
        Should.Throw<ArgumentException>(() => writer.AddTensor("n", GgmlType.F32, [1], _ => { }));
        Should.Throw<InvalidOperationException>(() => writer.Write(_folder.File("x.gguf"))).Message.ShouldContain("'n' wrote 1 bytes");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    private static GgufWriter Sample()
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("replaced", "first");
        writer.Set("text", "ğ\n");
        writer.Set("u32", uint.MaxValue);
        writer.Set("i32", -5);
        writer.Set("u64", ulong.MaxValue);
        writer.Set("i64", long.MinValue);
        writer.Set("f32", 0.5f);
        writer.Set("yes", true);
        writer.Set("texts", ["a", "", "ş"]);
        writer.Set("ints", [1, -2]);
        writer.Set("uints", new uint[] { 3, 4 });
        writer.Set("floats", [1.5f]);
        writer.Set("replaced", "second");
        writer.AddTensor("w", GgmlType.F32, [3, 2], s => s.Write([.. Enumerable.Range(0, 24).Select(i => (byte)i)]));
        writer.AddTensor("q", GgmlType.Q8_0, [32, 2], s => s.Write(new byte[68]));
        return writer;
    }

    private static RawGguf Header(ulong tensors, ulong entries) => new RawGguf().Raw("GGUF"u8).UInt32(3).UInt64(tensors).UInt64(entries);

    private static RawGguf Tensor(string name, ulong[] dimensions, uint type, ulong offset) => Header(1, 0).Describe(name, dimensions, type, offset);

    private void Refused(RawGguf file, string because) => Should.Throw<ModelFormatException>(() => Read(file.Bytes)).Message.ShouldContain(because);

    private byte[] Bytes(GgufWriter writer)
    {
        string path = _folder.File("bytes.gguf");
        writer.Write(path);
        return File.ReadAllBytes(path);
    }

    private void Read(byte[] bytes)
    {
        string path = _folder.Write("damaged", bytes);
        GgufFile.Verify(path);
        using var file = GgufFile.Open(path);
        foreach (GgufTensor tensor in file.Tensors)
        {
            file.GetBytes(tensor.Name).Length.ShouldBe((int)tensor.ByteLength);
        }
    }
}
