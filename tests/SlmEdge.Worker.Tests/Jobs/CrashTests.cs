using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Tests;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Tests.CommandLine;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Jobs;

/// <summary>The service is killed in the middle of its work, again and again, and nothing that it accepted is lost or decided twice.</summary>
public sealed class CrashTests : IDisposable
{
    // Enough to show that the ways work; SlmEdge.Benchmarks kill does it as many times as asked.
    private const int Kills = 4;
    private const int RowsOfAJob = 120;
    private const int RowsOfAFile = 40;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_the_service_loses_no_accepted_row_decides_none_twice_and_keeps_its_journal_whole()
    {
        using var bundle = TinyBundle.Create();
        var inbox = folder.File("inbox");
        Directory.CreateDirectory(inbox);
        var random = new Random(20);
        var accepted = new List<string>();
        for (var round = 0; round <= Kills; round++)
        {
            using var edge = EdgeProcess.Start(
                "serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", "1", "--urls", "http://127.0.0.1:0", "--data", folder.File("data"), "--inbox", inbox, "--inbox-settle", "0.1");
            var address = (await edge.Process.StandardOutput.ReadLineAsync())!.Split(' ')[^1];
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            if (round < Kills)
            {
                var part = Path.Combine(inbox, $"file{round}.jsonl.part");
                await File.WriteAllTextAsync(part, string.Join('\n', Enumerable.Range(0, RowsOfAFile).Select(i => $"{{\"text\": \"file {round} row {i}\"}}")));
                File.Move(part, part[..^5]);
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, RowsOfAJob).Select(i => $"\"job {round} row {i}\""))));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
                var response = await client.PostAsync(new Uri("/v1/jobs", UriKind.Relative), content);
                accepted.Add(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!);

                // Somewhere in the next rows, wherever the machine has got to.
                var rows = random.Next(1, 3 * RowsOfAJob / 4);
                await Eventually.HoldsAsync(async () => JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1/jobs/{accepted[random.Next(accepted.Count)]}", UriKind.Relative))).RootElement is var job
                    && (job.GetProperty("state").GetString() == "done" || job.GetProperty("done").GetInt64() >= rows));
                edge.Process.Kill();
                await edge.Process.WaitForExitAsync();
                continue;
            }

            foreach (var job in accepted)
            {
                await Eventually.HoldsAsync(async () => JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1/jobs/{job}", UriKind.Relative))).RootElement.GetProperty("state").GetString() == "done");
                var results = (await client.GetStringAsync(new Uri($"/v1/jobs/{job}/results", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                results.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString())
                    .ShouldBe(Enumerable.Range(0, RowsOfAJob).Select(i => $"job {accepted.IndexOf(job)} row {i}"));
            }

            await Eventually.HoldsAsync(() => Task.FromResult(Directory.GetFiles(Path.Combine(inbox, "done"), "*.results.jsonl").Length == Kills));
            foreach (var file in Directory.GetFiles(Path.Combine(inbox, "done"), "*.results.jsonl"))
            {
                File.ReadAllLines(file).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()).Distinct().Count().ShouldBe(RowsOfAFile);
                File.ReadAllLines(file).Length.ShouldBe(RowsOfAFile);
            }

            Directory.GetFiles(Path.Combine(inbox, "failed")).ShouldBeEmpty();
            edge.Process.Kill();
            await edge.Process.WaitForExitAsync();
        }

        var report = JournalVerifier.Verify(folder.File("data/worker.db"));
        report.Damage.ShouldBeNull();
        report.Entries.ShouldBe(Kills * (RowsOfAJob + RowsOfAFile));
    }
}
