using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Tests.Storage;

public sealed class StateDatabaseTests : IDisposable
{
    private static readonly string[] Schema = ["CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"];

    private readonly TemporaryFolder folder = new();
    private readonly List<string> lines = [];

    private string Path => folder.File("worker.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_answered_is_there_after_it_is_opened_again()
    {
        await using (var database = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Add(database, $"note {i}")));
        }

        await using var again = Open();
        Count(again).ShouldBe(500);
        lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_that_fails_is_undone_alone()
    {
        await using var database = Open();
        var together = Enumerable.Range(0, 50).Select(i => i == 20
            ? database.WriteAsync(connection =>
            {
                connection.Execute("INSERT INTO notes (text) VALUES ('half')");
                throw new InvalidOperationException("changed its mind");
            })
            : Add(database, $"note {i}")).ToArray();
        await Should.ThrowAsync<InvalidOperationException>(() => Task.WhenAll(together));
        Count(database).ShouldBe(49);
        await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(() => Add(database, "note 3"));
        Count(database).ShouldBe(49);
    }

    [Fact]
    public async Task A_full_disk_is_reported_and_writing_goes_on_when_there_is_room()
    {
        await using var database = Open();
        await database.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 8"));
        var error = await Should.ThrowAsync<StorageException>(() => Add(database, new string('x', 100_000)));
        error.Message.ShouldContain("full");
        database.Trouble.ShouldNotBeNull();
        Count(database).ShouldBe(0);
        await database.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 100000"));
        await Add(database, new string('x', 100_000));
        database.Trouble.ShouldBeNull();
        lines.Count(line => line.Contains("storage-failed")).ShouldBe(1);
        lines.Count(line => line.Contains("storage-recovered")).ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_file_is_moved_aside_whole_and_a_new_one_begun(bool header)
    {
        await using (var database = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Add(database, $"note {i} {new string('y', 50)}")));
        }

        var bytes = await File.ReadAllBytesAsync(Path);
        new Random(3).NextBytes(bytes.AsSpan(header ? 0 : 4096, 4096));
        await File.WriteAllBytesAsync(Path, bytes);
        await using var again = Open();
        Count(again).ShouldBe(0);
        var aside = Directory.GetFiles(folder.Path, "worker.db.damaged-*").ShouldHaveSingleItem();
        (await File.ReadAllBytesAsync(aside)).ShouldBe(bytes);
        lines.ShouldContain(line => line.Contains("storage-damaged") && line.Contains(aside));
        await Add(again, "a new beginning");
    }

    [Fact]
    public void A_folder_has_one_service_at_a_time()
    {
        using (FolderLock.Take(folder.Path))
        {
            Should.Throw<WorkerException>(() => FolderLock.Take(folder.Path)).Message.ShouldContain("--data");
        }

        FolderLock.Take(folder.Path).Dispose();
    }

    private StateDatabase Open() => StateDatabase.Open(Path, Schema, new WorkerLog(lines.Add));

    private static Task Add(StateDatabase database, string text) =>
        database.WriteAsync(connection => connection.Execute("INSERT INTO notes (text) VALUES ($text)", ("$text", text)));

    private static long Count(StateDatabase database) => database.Read(connection => connection.Find<long>("SELECT count(*) FROM notes"));
}
