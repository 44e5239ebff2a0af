using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class JournalCommandTests
{
    [SkippableFact]
    public async Task The_journal_of_a_service_that_runs_is_in_the_state_folder_and_can_be_checked_shown_and_exported()
    {
        using var bundle = TinyBundle.Create();
        using var edge = EdgeProcess.Start("serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--urls", "http://127.0.0.1:0", "--journal-text", "full");
        using var client = new HttpClient { BaseAddress = new Uri((await edge.Process.StandardOutput.ReadLineAsync())!.Split(' ')[^1]) };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { texts = TinyBundle.Texts })));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.PostAsync("/v1/classify", content);
        response.EnsureSuccessStatusCode();

        var journal = Path.Combine(edge.StateHome, "slm-edge", "worker.db");
        var (code, output, _) = await EdgeProcess.RunAsync(null, "journal", "verify", "--journal", journal);
        code.ShouldBe(0);
        output.ShouldContain("8 entries, 1 to 8");
        (_, output, _) = await EdgeProcess.RunAsync(null, "journal", "show", "--journal", journal, "--last", "1");
        JsonElement.Parse(output).GetProperty("text").GetString().ShouldBe(TinyBundle.Texts[^1]);
        var file = Path.Combine(bundle.Folder, "out.jsonl");
        (code, output, _) = await EdgeProcess.RunAsync(null, "journal", "export", "--journal", journal, "--hard", "--below", "1", "--out", file);
        code.ShouldBe(0);
        output.ShouldContain("8 rows");
        (await File.ReadAllLinesAsync(file)).Length.ShouldBe(8);

        edge.Process.Kill();
        await edge.Process.WaitForExitAsync();
        await using (var connection = new SqliteConnection($"Data Source={journal};Pooling=False"))
        {
            connection.Open();
            connection.Execute("DELETE FROM journal WHERE id = 4").ShouldBe(1);
        }

        (code, _, var errors) = await EdgeProcess.RunAsync(null, "journal", "verify", "--journal", journal);
        code.ShouldBe(1);
        errors.ShouldContain("after entry 3 comes 5");
    }

    [Fact]
    public async Task A_journal_that_is_not_there_is_one_clear_error()
    {
        var (code, _, errors) = await EdgeProcess.RunAsync(null, "journal", "verify", "--journal", "absent.db");
        code.ShouldBe(1);
        errors.ShouldContain("absent.db");
    }
}
