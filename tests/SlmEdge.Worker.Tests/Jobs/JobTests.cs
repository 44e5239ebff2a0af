using System.Net;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Tests;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Storage;
using SlmEdge.Worker.Tests.Http;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Jobs;

public sealed class JobTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_row_of_a_job_gets_the_answer_that_a_request_gets()
    {
        await using var service = await Start();
        var texts = Enumerable.Range(0, 300).Select(i => $"{TinyBundle.Texts[i % TinyBundle.Texts.Count]} {i}").ToArray();
        var job = await SubmitAsync(service, string.Join('\n', texts.Select((text, i) => i % 2 == 0 ? JsonSerializer.Serialize(text) : JsonSerializer.Serialize(new { text, other = 1 }))));
        var done = await FinishedAsync(service, job);
        done.GetProperty("done").GetInt64().ShouldBe(300);
        var results = await ResultsAsync(service, job);
        results.Select(result => result.GetProperty("text").GetString()).ShouldBe(texts);
        var single = await RunningService.ReadAsync(await service.PostAsync(JsonSerializer.Serialize(new { text = texts[17] })));
        results[17].GetProperty("scores").ToString().ShouldBe(single.GetProperty("scores").ToString());
        var journal = await RunningService.ReadAsync(await service.Client.GetAsync(new Uri("/v1/decisions?limit=1000", UriKind.Relative)));
        journal.GetProperty("decisions").EnumerateArray().Count(entry => entry.GetProperty("source").GetString() == "job:" + job).ShouldBe(300);
    }

    [Fact]
    public async Task A_row_that_cannot_be_decided_is_set_aside_with_its_error_and_can_be_tried_again()
    {
        await using var service = await Start();
        var job = await SubmitAsync(service, $"\"the dog barked\"\n{JsonSerializer.Serialize(string.Join(' ', Enumerable.Repeat("word", 5000)))}\n\"   \"\n\"it rained all day\"");
        var done = await FinishedAsync(service, job);
        done.GetProperty("done").GetInt64().ShouldBe(2);
        done.GetProperty("failed").GetInt64().ShouldBe(2);
        var results = await ResultsAsync(service, job);
        results[1].GetProperty("error").GetString()!.ShouldContain("too long");
        results[1].GetProperty("row").GetInt64().ShouldBe(2);
        results[3].GetProperty("label").ValueKind.ShouldBe(JsonValueKind.String);
        (await service.Client.PostAsync(new Uri($"/v1/jobs/{job}/retry", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await FinishedAsync(service, job)).GetProperty("failed").GetInt64().ShouldBe(2);
        (await service.Client.DeleteAsync(new Uri($"/v1/jobs/{job}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await service.Client.GetAsync(new Uri($"/v1/jobs/{job}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", "application/jsonl", HttpStatusCode.BadRequest, "empty-job")]
    [InlineData("\"a\"\n{\"txt\": \"b\"}", "application/jsonl", HttpStatusCode.BadRequest, "Line 2 has no 'text'")]
    [InlineData("\"a\"\n\nnonsense", "application/jsonl", HttpStatusCode.BadRequest, "Line 3 is not JSON")]
    [InlineData("\"a\"", "text/plain", HttpStatusCode.UnsupportedMediaType, "application/jsonl")]
    public async Task A_body_that_is_no_job_is_refused_whole(string body, string type, HttpStatusCode status, string says)
    {
        await using var service = await Start();
        var response = await PostAsync(service, body, type);
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain(says);
        (await RunningService.ReadAsync(await service.Client.GetAsync(new Uri("/v1/jobs", UriKind.Relative)))).GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_same_sending_is_one_job_and_a_job_can_be_paused_and_cancelled()
    {
        await using var service = await Start();
        var body = string.Join('\n', Enumerable.Range(0, 2000).Select(i => $"\"text number {i}\""));
        var first = await SubmitAsync(service, body, "once");
        (await SubmitAsync(service, body, "once")).ShouldBe(first);
        var paused = await RunningService.ReadAsync(await service.Client.PostAsync(new Uri($"/v1/jobs/{first}/pause", UriKind.Relative), null));
        paused.GetProperty("state").GetString().ShouldBeOneOf("paused", "done");
        (await RunningService.ReadAsync(await service.Client.PostAsync(new Uri($"/v1/jobs/{first}/resume", UriKind.Relative), null))).GetProperty("state").GetString().ShouldBeOneOf("running", "done");
        (await RunningService.ReadAsync(await service.Client.PostAsync(new Uri($"/v1/jobs/{first}/cancel", UriKind.Relative), null))).GetProperty("state").GetString().ShouldBeOneOf("cancelled", "done");
        (await service.Client.PostAsync(new Uri("/v1/jobs/absent/cancel", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Files_of_the_folder_become_results_or_a_reason_and_what_is_still_written_is_left_alone()
    {
        var inbox = folder.File("inbox");
        Directory.CreateDirectory(inbox);
        await File.WriteAllTextAsync(Path.Combine(inbox, "a.jsonl"), "{\"text\": \"the dog barked\"}\n{\"text\": \"it rained\"}\n");
        await File.WriteAllTextAsync(Path.Combine(inbox, "b.csv"), "text,note\n\"a sunny, warm day\",1\n");
        await File.WriteAllTextAsync(Path.Combine(inbox, "c.txt"), "one text\n\nanother text\n");
        await File.WriteAllTextAsync(Path.Combine(inbox, "broken.jsonl"), "{\"text\": \"cut o");
        await File.WriteAllTextAsync(Path.Combine(inbox, "later.jsonl.part"), "{\"text\": \"not yet\"}\n");
        var options = new InboxOptions { Folder = inbox, Settle = TimeSpan.FromMilliseconds(50), Interval = TimeSpan.FromMilliseconds(20) };
        await using var service = await Start(options);
        await Eventually.HoldsAsync(() => Directory.GetFiles(Path.Combine(inbox, "done"), "*.results.jsonl").Length == 3 && File.Exists(Path.Combine(inbox, "failed", "broken.jsonl")));
        File.ReadAllLines(Path.Combine(inbox, "done", "a.jsonl.results.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()).ShouldBe(["the dog barked", "it rained"]);
        File.ReadAllLines(Path.Combine(inbox, "done", "b.csv.results.jsonl")).ShouldHaveSingleItem().ShouldContain("a sunny, warm day");
        File.ReadAllLines(Path.Combine(inbox, "done", "c.txt.results.jsonl")).Length.ShouldBe(2);
        (await File.ReadAllTextAsync(Path.Combine(inbox, "failed", "broken.jsonl.reason.txt"))).ShouldContain("row 1");
        File.Exists(Path.Combine(inbox, "later.jsonl.part")).ShouldBeTrue();
        Directory.GetFiles(Path.Combine(inbox, ".claimed")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_names_the_adapter_that_decides_it_and_is_refused_for_another_task()
    {
        var model = new AdaptedModel();
        await using var service = await RunningService.StartAsync(model, new WorkerOptions { DataDirectory = folder.File("data") });
        await service.Runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing"));
        var job = await SubmitAsync(service, "\"oil\"", query: "?adapter=billing");
        (await FinishedAsync(service, job)).GetProperty("adapter").GetString().ShouldBe("billing");
        var result = (await ResultsAsync(service, job)).ShouldHaveSingleItem();
        var single = await RunningService.ReadAsync(await service.PostAsync("{\"text\":\"oil\",\"adapter\":\"billing\"}"));
        result.GetProperty("adapter").GetString().ShouldBe("billing");
        result.GetProperty("scores").ToString().ShouldBe(single.GetProperty("scores").ToString());
        (await PostAsync(service, "\"oil\"", "application/jsonl", "/v1/jobs?adapter=other")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(service, "\"oil\"", "application/jsonl", "/v1/jobs?task=other")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Rows_that_are_meant_for_another_task_wait_until_it_is_served()
    {
        await using var database = StateDatabase.Open(folder.File("worker.db"), [.. JournalTables.Schema, .. JobTables.Schema], new WorkerLog(null));
        var store = new JobStore(database, new DecisionJournal(database, new JournalOptions(), new WorkerLog(null)), TimeProvider.System);
        var (job, _) = await store.BeginAsync("one", 0, null, null, "stories");
        await store.AddRowsAsync(job.Id, 1, ["a text"]);
        await store.AcceptAsync(job.Id, 1);
        store.FindWork(10, "orders").ShouldBeNull();
        store.FindWork(10, "stories")!.Value.Job.Id.ShouldBe(job.Id);
    }

    [Fact]
    public async Task Feedback_joins_its_decision()
    {
        await using var service = await Start();
        var decision = await RunningService.ReadAsync(await service.PostAsync("{\"text\": \"the dog barked\"}"));
        var id = decision.GetProperty("id").GetInt64();
        (await PostAsync(service, JsonSerializer.Serialize(new { id, label = "animal" }), "application/json", "/v1/feedback")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await PostAsync(service, JsonSerializer.Serialize(new { id, label = "no such label" }), "application/json", "/v1/feedback")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(service, JsonSerializer.Serialize(new { id = id + 100, label = "animal" }), "application/json", "/v1/feedback")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var journal = await RunningService.ReadAsync(await service.Client.GetAsync(new Uri("/v1/decisions", UriKind.Relative)));
        var entry = journal.GetProperty("decisions").EnumerateArray().ShouldHaveSingleItem();
        entry.GetProperty("id").GetInt64().ShouldBe(id);
        entry.GetProperty("feedback").GetProperty("label").GetString().ShouldBe("animal");
        entry.TryGetProperty("text", out _).ShouldBeFalse();
    }

    private Task<RunningService> Start(InboxOptions? inbox = null) => RunningService.StartAsync(worker: new WorkerOptions { DataDirectory = folder.File("data"), Inbox = inbox });

    private static async Task<HttpResponseMessage> PostAsync(RunningService service, string body, string type, string route = "/v1/jobs", string? key = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(route, UriKind.Relative)) { Content = content };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await service.Client.SendAsync(request);
    }

    private static async Task<string> SubmitAsync(RunningService service, string body, string? key = null, string query = "")
    {
        var response = await PostAsync(service, body, "application/jsonl", "/v1/jobs" + query, key);
        response.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.OK);
        return (await RunningService.ReadAsync(response)).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> FinishedAsync(RunningService service, string job)
    {
        JsonElement state = default;
        await Eventually.HoldsAsync(async () =>
        {
            state = await RunningService.ReadAsync(await service.Client.GetAsync(new Uri($"/v1/jobs/{job}", UriKind.Relative)));
            return state.GetProperty("state").GetString() == "done";
        });
        return state;
    }

    private static async Task<JsonElement[]> ResultsAsync(RunningService service, string job) =>
        [.. (await service.Client.GetStringAsync(new Uri($"/v1/jobs/{job}/results", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
}
