using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using SlmEdge.Bundles.Archive;

namespace SlmEdge.Bundles.Tests;

public sealed class ArchiveTests : IDisposable
{
    private readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Fact]
    public void The_checksum_is_that_of_the_standard()
    {
        // The check value of CRC-32/ISO-HDLC.
        Crc32.Append(0, "123456789"u8).ShouldBe(0xCBF43926);
        Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8).ShouldBe(0xCBF43926);
        Crc32.Append(0, []).ShouldBe(0u);
    }

    [Fact]
    public void Compressed_entries_are_refused()
    {
        string path = _samples.In("z.slmb");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("bundle.json", CompressionLevel.Optimal).Open();
            entry.Write(new byte[1_000_000]);
        }

        Should.Throw<BundleException>(() => Bundle.Open(path, _samples.Options())).Message.ShouldContain("compressed");
    }

    [Fact]
    public void Duplicate_entries_are_refused()
    {
        string path = _samples.In("d.slmb");
        Write(path, zip =>
        {
            Add(zip, "bundle.json", "{}"u8.ToArray());
            Add(zip, "bundle.json", "{}"u8.ToArray());
        });
        Should.Throw<BundleException>(() => Bundle.Open(path, _samples.Options())).Message.ShouldContain("twice");
    }

    [Fact]
    public void Entries_that_are_not_in_the_manifest_are_refused_before_anything_is_unpacked()
    {
        byte[] json = (Samples.Manifest with { Recommended = null }).ToUtf8();
        string path = _samples.In("e.slmb");
        Write(path, zip =>
        {
            Add(zip, "bundle.json", json);
            Add(zip, "../../evil", "x"u8.ToArray());
        });
        Should.Throw<BundleException>(() => Bundle.Open(path, _samples.Options())).Message.ShouldContain("../../evil");
        Directory.Exists(_samples.Cache).ShouldBeFalse();
    }

    [Fact]
    public void A_directory_that_disagrees_with_the_entries_is_refused()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        byte[] whole = File.ReadAllBytes(_samples.In("x.slmb"));
        int directory = whole.AsSpan().IndexOf("PK\x01\x02"u8);

        Refused(bytes => bytes[30] ^= 0x20, "does not agree with the directory");
        Refused(bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(directory + 8), 1), "encrypted");
        Refused(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(directory + 42), 0x7FFFFFFF), "outside of the file");
        Refused(
            bytes =>
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(directory + 20), 0x7FFFFFFF);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(directory + 24), 0x7FFFFFFF);
            },
            "more than the file has");
        Refused(
            bytes =>
            {
                int grown = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(directory + 24)) + 5000;
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(directory + 20), grown);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(directory + 24), grown);
            },
            "shares bytes");
        Refused(bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 12), 60000), "60000 entries");
        Refused(bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 12), 3), "bytes after its directory");
        Refused(bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 12), 0xFFFF), "no zip64 directory");

        void Refused(Action<byte[]> change, string message)
        {
            byte[] bytes = [.. whole];
            change(bytes);
            File.WriteAllBytes(_samples.In("y.slmb"), bytes);
            Should.Throw<BundleException>(() => Bundle.Open(_samples.In("y.slmb"), _samples.Options())).Message.ShouldContain(message);
        }
    }

    [Fact]
    public void A_truncated_bundle_is_refused_wherever_it_ends()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        byte[] whole = File.ReadAllBytes(_samples.In("x.slmb"));
        int[] lengths = [0, 1, 21, 22, 30, 5000, whole.Length / 2, whole.Length - 100, whole.Length - 23, whole.Length - 22, whole.Length - 1];
        foreach (int length in lengths)
        {
            File.WriteAllBytes(_samples.In("cut.slmb"), whole[..length]);
            Should.Throw<BundleException>(() => Bundle.Open(_samples.In("cut.slmb"), _samples.Options()), $"{length} of {whole.Length} bytes");
        }

        Directory.Exists(_samples.Cache).ShouldBeFalse();
    }

    [Property(MaxTest = 300)]
    public bool A_bundle_with_a_changed_byte_is_refused_or_means_the_same(int position, byte change)
    {
        // Without the large weights, so that most changes hit structure.
        string original = _samples.In("small.slmb");
        if (!File.Exists(original))
        {
            var writer = new BundleWriter(Samples.Manifest with { Recommended = null });
            writer.AddFile("a/tokenizer.json", _samples.In("tokenizer.json"), BundleFileRole.Tokenizer);
            writer.AddFile("b.txt", _samples.In("tokenizer.json"), BundleFileRole.Report);
            writer.Write(original);
        }

        byte[] bytes = File.ReadAllBytes(original);
        bytes[(int)((uint)position * 2654435761u % (uint)bytes.Length)] ^= change;
        string changed = _samples.In("changed.slmb");
        File.WriteAllBytes(changed, bytes);
        try
        {
            using Bundle bundle = Bundle.Open(changed, _samples.Options());
            return File.ReadAllText(bundle.GetFilePath(bundle.Manifest.Files[0].Path)) == "{\"a\": 1}";
        }
        catch (BundleException)
        {
            return true;
        }
    }

    [Fact]
    public void Sizes_beyond_4_GiB_are_written_and_read_in_zip64()
    {
        // A sparse file: the hole takes no room on the disk.
        const long Large = 5L << 30;
        string path = _samples.In("large.zip");
        using (var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite))
        {
            var zip = new StoredZipWriter(stream);
            zip.Add("large.bin", Large, 0, target =>
            {
                target.Position += Large - 1;
                target.WriteByte(1);
            });
            Add(zip, "after.txt", "x"u8.ToArray());
            zip.Finish();
            IReadOnlyList<StoredZipEntry> entries = StoredZipReader.ReadDirectory(stream, path);
            entries.Select(entry => (entry.Name, entry.Size)).ShouldBe([("large.bin", Large), ("after.txt", 1L)]);
            stream.Position = entries[1].Offset;
            stream.ReadByte().ShouldBe('x');
        }

        using ZipArchive other = ZipFile.OpenRead(path);
        other.Entries.Select(entry => entry.Length).ShouldBe([Large, 1L]);
        using Stream after = other.GetEntry("after.txt")!.Open();
        after.ReadByte().ShouldBe('x');
    }

    [Fact]
    public void A_file_that_changes_while_the_bundle_is_written_is_an_error()
    {
        using var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        Should.Throw<BundleException>(() => zip.Add("a", 5, 0, target => target.Write("abc"u8))).Message.ShouldContain("3 bytes instead of 5");
    }

    private static void Write(string path, Action<StoredZipWriter> add)
    {
        using FileStream stream = File.Create(path);
        var zip = new StoredZipWriter(stream);
        add(zip);
        zip.Finish();
    }

    private static void Add(StoredZipWriter zip, string name, byte[] content) =>
        zip.Add(name, content.Length, Crc32.Append(0, content), stream => stream.Write(content));
}
