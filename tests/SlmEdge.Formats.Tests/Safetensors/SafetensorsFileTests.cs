using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Formats.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_of_every_float_type_are_read_back_rounded_to_their_type()
    {
        float[] values = [1.5f, -0.1f, 3e38f, float.NegativeInfinity, 0, 1e-3f];
        string path = _folder.File("a.safetensors");
        SafetensorsWriter.Write(
            path,
            [
                SafetensorsEntry.FromFloat32("half", [6], SafetensorsType.F16, values),
                SafetensorsEntry.FromFloat32("single", [2, 3], SafetensorsType.F32, values),
                SafetensorsEntry.FromFloat32("brain", [3, 2, 1], SafetensorsType.BF16, () => values),
                new SafetensorsEntry("byte", SafetensorsType.U8, [3], s => s.Write([1, 2, 3])),
                new SafetensorsEntry("double", SafetensorsType.F64, [], s => s.Write(BitConverter.GetBytes(0.25))),
                new SafetensorsEntry("empty", SafetensorsType.I64, [0, 7], _ => { }),
            ],
            new Dictionary<string, string> { ["format"] = "pt", ["ğ"] = "\"quoted\"" });

        using var file = SafetensorsFile.Open(path);
        file.Metadata.ShouldBe(new Dictionary<string, string> { ["format"] = "pt", ["ğ"] = "\"quoted\"" }, ignoreOrder: true);
        file.ReadFloat32("single").ShouldBe(values);
        file.ReadFloat32("half").ShouldBe(values.Select(v => (float)(Half)v).ToArray());
        file.ReadFloat32("brain")[1].ShouldBe(-0.1f, 0.0005);
        file.ReadFloat32("double").ShouldBe([0.25f]);
        file.GetBytes("byte").ToArray().ShouldBe([1, 2, 3]);
        file.Tensors["brain"].Shape.ShouldBe([3, 2, 1]);
        file.Tensors["empty"].ElementCount.ShouldBe(0);
        file.Tensors.Values.ShouldAllBe(t => t.Offset % SafetensorsTypes.ByteSize(t.Type) == 0);
        Should.Throw<ModelFormatException>(() => file.ReadFloat32("byte")).Element.ShouldBe("byte");
        Should.Throw<ModelFormatException>(() => file.GetBytes("absent")).Message.ShouldContain("absent");
    }

    [Property(MaxTest = 60)]
    public bool Any_set_of_tensors_is_read_back(Dictionary<string, byte[]> tensors)
    {
        string path = _folder.File("p.safetensors");
        var valid = tensors
            .Where(t => t.Key is not null && t.Key != "__metadata__" && t.Key == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t.Key)))
            .ToDictionary(t => t.Key, t => t.Value ?? []);
        SafetensorsWriter.Write(path, [.. valid.Select(t => new SafetensorsEntry(t.Key, SafetensorsType.U8, [t.Value.Length], s => s.Write(t.Value)))]);
        using var file = SafetensorsFile.Open(path);
        return file.Tensors.Count == valid.Count && valid.All(t => file.GetBytes(t.Key).SequenceEqual(t.Value));
    }

    [Fact]
    public void A_tensor_that_writes_too_little_leaves_no_file()
    {
        string path = _folder.File("a.safetensors");
        Should.Throw<InvalidOperationException>(() => SafetensorsWriter.Write(path, [new SafetensorsEntry("w", SafetensorsType.F32, [4], s => s.Write([1, 2, 3]))]))
            .Message.ShouldContain("'w' wrote 3 bytes");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_full_disk_while_exporting_leaves_no_file()
    {
        Should.Throw<IOException>(() => SafetensorsWriter.Write(_folder.File("a.safetensors"),
            [
                SafetensorsEntry.FromFloat32("w", [4], SafetensorsType.F32, new float[4]),
                new SafetensorsEntry("v", SafetensorsType.F32, [4], _ => throw new IOException("No space left on device")),
            ])).Message.ShouldContain("a.safetensors");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        Damage.EveryTruncationIsRefused(SmallFile(), Read);
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_nothing_else()
    {
        Damage.RandomChangesAreRefusedOrRead(SmallFile(), Read).ShouldBeGreaterThan(1000);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "need 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 9, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}""", 0, "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "JSON")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"k":1}}""", 4, "string")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "must have")]
    [InlineData("""{"a":[]}""", 0, "must have")]
    [InlineData("[]", 0, "does not start with '{'")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, string because)
    {
        byte[] bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.UTF8.GetBytes(header).CopyTo(bytes, 8);
        Should.Throw<ModelFormatException>(() => Read(bytes)).Message.ShouldContain(because);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 62)]
    [InlineData(100_000_001UL)]
    public void A_gigantic_header_length_allocates_nothing(ulong length)
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Should.Throw<ModelFormatException>(() => Read(bytes)).Message.ShouldContain("claims");
    }

    private byte[] SmallFile()
    {
        string path = _folder.File("small.safetensors");
        SafetensorsWriter.Write(path,
            [
                SafetensorsEntry.FromFloat32("model.w", [2, 3], SafetensorsType.F32, new float[6]),
                SafetensorsEntry.FromFloat32("model.b", [3], SafetensorsType.BF16, new float[3]),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        return File.ReadAllBytes(path);
    }

    private void Read(byte[] bytes)
    {
        using var file = SafetensorsFile.Open(_folder.Write("damaged", bytes));
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            file.GetBytes(tensor.Name).Length.ShouldBe((int)tensor.ByteLength);
        }
    }
}
