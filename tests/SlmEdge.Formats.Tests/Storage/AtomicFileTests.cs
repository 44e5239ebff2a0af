using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_finished_write_replaces_the_old_content()
    {
        string path = _folder.Write("a.txt", "old");
        AtomicFile.WriteText(path, "new: ğ");
        File.ReadAllText(path).ShouldBe("new: ğ");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([path]);
    }

    [Fact]
    public void A_missing_folder_is_created()
    {
        string path = Path.Combine(_folder.Path, "deep", "er", "a.txt");
        AtomicFile.WriteText(path, "x");
        File.Exists(path).ShouldBeTrue();
    }

    [Fact]
    public void A_full_disk_leaves_neither_the_final_name_nor_the_temporary_file()
    {
        string path = _folder.File("model.bin");
        var error = Should.Throw<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[3 << 20]);
            throw new IOException("No space left on device");
        }));
        error.Message.ShouldContain("model.bin");
        error.Message.ShouldContain("No space left on device");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [SkippableFact]
    public void A_device_that_is_really_full_is_reported_as_such()
    {
        Skip.IfNot(File.Exists("/dev/full"), "This system has no /dev/full.");
        string path = _folder.File("model.bin");
        var error = Should.Throw<IOException>(() => AtomicFile.Write(path, stream =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
            full.Write(new byte[1 << 16]);
            full.Flush(flushToDisk: true);
        }));
        error.Message.ShouldContain(path);
        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_failed_write_keeps_the_old_content()
    {
        string path = _folder.Write("a.txt", "old");
        Should.Throw<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException("the work failed");
        })).Message.ShouldBe("the work failed");
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([path]);
    }
}
