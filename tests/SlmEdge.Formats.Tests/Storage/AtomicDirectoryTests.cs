using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Tests.Storage;

public sealed class AtomicDirectoryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_appears_only_when_it_is_committed()
    {
        string final = _folder.File("model");
        using (var directory = AtomicDirectory.Create(final))
        {
            File.WriteAllText(Path.Combine(directory.StagingPath, "a"), "1");
            Directory.CreateDirectory(Path.Combine(directory.StagingPath, "sub"));
            File.WriteAllText(Path.Combine(directory.StagingPath, "sub", "b"), "2");
            Directory.Exists(final).ShouldBeFalse();
            directory.Commit();
        }

        File.ReadAllText(Path.Combine(final, "sub", "b")).ShouldBe("2");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([final]);
    }

    [Fact]
    public void Without_commit_nothing_is_left()
    {
        using (var directory = AtomicDirectory.Create(_folder.File("model")))
        {
            File.WriteAllText(Path.Combine(directory.StagingPath, "a"), "1");
        }

        Directory.GetFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void An_existing_folder_is_refused_unless_overwriting_was_asked_for()
    {
        string final = Directory.CreateDirectory(_folder.File("model")).FullName;
        File.WriteAllText(Path.Combine(final, "old"), "1");
        Should.Throw<IOException>(() => AtomicDirectory.Create(final)).Message.ShouldContain("not empty");

        using (var directory = AtomicDirectory.Create(final, overwrite: true))
        {
            File.WriteAllText(Path.Combine(directory.StagingPath, "new"), "2");
            directory.Commit();
        }

        Directory.GetFileSystemEntries(final).Select(Path.GetFileName).ShouldBe(["new"]);
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([final]);
    }
}
