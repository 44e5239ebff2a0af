using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Tests;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Tests.Journal;

public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TinyBundle bundle = TinyBundle.Create();
    private readonly SlmRuntime runtime;

    public JournalTests() => runtime = bundle.Open();

    private string Path => folder.File("worker.db");

    public void Dispose()
    {
        runtime.Dispose();
        bundle.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_journal_is_whole_and_every_change_of_it_is_found()
    {
        await using (var database = Open())
        {
            await Record(database, new JournalOptions { Text = JournalText.Full }, 30);
        }

        var report = JournalVerifier.Verify(Path);
        report.Damage.ShouldBeNull();
        report.Entries.ShouldBe(30);
        foreach (var tampering in new[]
        {
            "UPDATE journal SET body = replace(CAST(body AS TEXT), '\"confidence\"', '\"confidenze\"') WHERE id = 12",
            "UPDATE journal SET kind = 'answer' WHERE id = 12",
            "UPDATE journal SET subject = 3 WHERE id = 12",
            "UPDATE journal SET time = time + 1 WHERE id = 12",
            "UPDATE journal SET body = (SELECT body FROM journal WHERE id = 13) WHERE id = 12",
            "INSERT INTO journal SELECT id + 1, time, kind, subject, body, hash FROM journal ORDER BY id DESC LIMIT 1",
            "DELETE FROM journal WHERE id = 7",
            "DELETE FROM journal WHERE id <= 5",
            "UPDATE journal SET id = 100 WHERE id = 30",
            "UPDATE journal SET hash = zeroblob(32) WHERE id = 30",
        })
        {
            var copy = folder.File("copy.db");
            File.Copy(Path, copy, overwrite: true);
            Change(copy, tampering);
            JournalVerifier.Verify(copy).Damage.ShouldNotBeNull(tampering);
        }

        var cut = folder.File("cut.db");
        File.Copy(Path, cut, overwrite: true);
        Change(cut, "DELETE FROM journal WHERE id > 25");
        JournalVerifier.Verify(cut).Damage.ShouldBeNull("an end that was cut off leaves a whole chain");
        JournalVerifier.Verify(cut, report.Head).Damage.ShouldNotBeNull();
        JournalVerifier.Verify(Path, report.Head).Damage.ShouldBeNull();
    }

    [Fact]
    public async Task The_oldest_entries_go_and_the_chain_stays_whole()
    {
        await using var database = Open();
        var options = new JournalOptions { MaxEntries = 300 };
        for (var i = 0; i < 20; i++)
        {
            await Record(database, options, 64);
        }

        var report = JournalVerifier.Verify(Path);
        report.Damage.ShouldBeNull();
        report.FirstId.ShouldBeGreaterThan(900);
        report.Entries.ShouldBeLessThan(600);
        database.Read(connection => connection.Find<long>("SELECT entries FROM journal_size")).ShouldBe(report.Entries);
        database.Read(connection => connection.Find<long>("SELECT sum(length(body)) FROM journal")).ShouldBe(database.Read(connection => connection.Find<long>("SELECT bytes FROM journal_size")));
    }

    [Fact]
    public async Task Texts_are_kept_only_where_that_is_asked_for_and_without_personal_data_where_that_is()
    {
        const string Text = "call me at +49 30 901820 or write to jane.doe@example.org about the dog";
        foreach (var (keeping, expected) in new[]
        {
            (JournalText.None, null),
            (JournalText.Redacted, "call me at [phone] or write to [email] about the dog"),
            (JournalText.Full, Text),
        })
        {
            await using var database = Open();
            var journal = new DecisionJournal(database, new JournalOptions { Text = keeping }, new WorkerLog(null));
            var decisions = await runtime.Classifier.ClassifyAsync([Text]);
            var id = (await journal.RecordAsync(ServedBundle.Of(runtime), decisions, "test"))![0];
            var body = database.Read(connection => connection.Find<byte[]>("SELECT body FROM journal WHERE id = $id", ("$id", id)))!;
            using var entry = JsonDocument.Parse(body);
            (entry.RootElement.TryGetProperty("text", out var text) ? text.GetString() : null).ShouldBe(expected);
            entry.RootElement.GetProperty("promptSha256").GetString().ShouldBe(runtime.PromptSha256);
            entry.RootElement.GetProperty("scores").EnumerateObject().Count().ShouldBe(TinyBundle.Labels.Length);
        }
    }

    [Fact]
    public async Task Corrected_and_uncertain_decisions_become_rows_for_the_trainer()
    {
        long corrected;
        await using (var database = Open())
        {
            var journal = new DecisionJournal(database, new JournalOptions { Text = JournalText.Full }, new WorkerLog(null));
            var decisions = await runtime.Classifier.ClassifyAsync(TinyBundle.Texts);
            var ids = (await journal.RecordAsync(ServedBundle.Of(runtime), decisions, "test"))!;
            corrected = ids[1];
            var other = TinyBundle.Labels.First(label => label != decisions[1].Scores[0].Label);
            (await journal.RecordFeedbackAsync(corrected, other, "it was clear", "jane")).ShouldNotBeNull();
            (await journal.RecordFeedbackAsync(99_999, other, null, null)).ShouldBeNull();
        }

        using var output = new MemoryStream();
        var (written, withoutText) = JournalExport.WriteHard(Path, output, below: 0, margin: 0);
        withoutText.ShouldBe(0);
        written.ShouldBe(1);
        using var row = JsonDocument.Parse(output.ToArray());
        row.RootElement.GetProperty("text").GetString().ShouldBe(TinyBundle.Texts[1]);
        row.RootElement.GetProperty("reason").GetString().ShouldBe("corrected");
        row.RootElement.GetProperty("id").GetInt64().ShouldBe(corrected);
        using var all = new MemoryStream();
        JournalExport.WriteHard(Path, all, below: 1, margin: 1).Written.ShouldBe(TinyBundle.Texts.Count);
    }

    [Fact]
    public async Task Every_entry_can_be_taken_out_with_its_hash()
    {
        await using (var database = Open())
        {
            await Record(database, new JournalOptions { MaxEntries = 100 }, 300);
        }

        using var output = new MemoryStream();
        var report = JournalVerifier.Verify(Path);
        JournalExport.WriteEntries(Path, output).ShouldBe(report.Entries);
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        lines[^1].GetProperty("hash").GetString().ShouldBe(report.Head);
        lines.Single(line => line.GetProperty("kind").GetString() == "trim").GetProperty("through").GetInt64().ShouldBe(report.FirstId - 1);
        using var newest = new MemoryStream();
        JournalExport.WriteEntries(Path, newest, newest: 3).ShouldBe(3);
        output.ToArray().AsSpan().EndsWith(newest.ToArray()).ShouldBeTrue();
    }

    private StateDatabase Open() => StateDatabase.Open(Path, JournalTables.Schema, new WorkerLog(null));

    private async Task Record(StateDatabase database, JournalOptions options, int count)
    {
        var journal = new DecisionJournal(database, options, new WorkerLog(null));
        var decisions = await runtime.Classifier.ClassifyAsync([.. Enumerable.Range(0, count).Select(i => TinyBundle.Texts[i % TinyBundle.Texts.Count])]);
        await Task.WhenAll(decisions.Chunk(7).Select(part => journal.RecordAsync(ServedBundle.Of(runtime), part, "test")));
    }

    private static void Change(string path, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Execute(statement).ShouldBeGreaterThan(0);
    }
}
