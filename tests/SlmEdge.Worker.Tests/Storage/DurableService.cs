using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Worker.Jobs;

namespace SlmEdge.Worker.Tests.Storage;

/// <summary>A service with a data folder and an inbox, which can be stopped and started again over what it kept.</summary>
internal sealed class DurableService : IAsyncDisposable
{
    private readonly IDisposable bundle;
    private readonly Func<WorkerOptions, WorkerOptions> change;
    private WorkerService? service;

    private DurableService(IDisposable bundle, SlmRuntime runtime, Func<WorkerOptions, WorkerOptions> change)
    {
        this.bundle = bundle;
        Runtime = runtime;
        this.change = change;
    }

    public SlmRuntime Runtime { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("slm-edge-data-").FullName;

    public string Database => Path.Combine(Folder, "worker.db");

    public string Inbox => Path.Combine(Folder, "inbox");

    public ConcurrentQueue<string> Log { get; } = new();

    public HttpClient Client { get; private set; } = new();

    public static async Task<DurableService> StartAsync(Func<WorkerOptions, WorkerOptions>? change = null, TaskKind kind = TaskKind.Classify, TinyBundle? bundle = null)
    {
        DurableService made;
        if (kind == TaskKind.Classify)
        {
            var tiny = bundle ?? TinyBundle.Create();
            made = new DurableService(tiny, tiny.Open(), change ?? (options => options));
        }
        else
        {
            var writing = new WritingBundle(kind);
            made = new DurableService(writing, writing.Open(), change ?? (options => options));
        }

        await made.StartAgainAsync();
        return made;
    }

    public async Task StartAgainAsync()
    {
        service = await WorkerService.StartAsync(Runtime, change(new WorkerOptions
        {
            Urls = ["http://127.0.0.1:0"],
            DataDirectory = Folder,
            Inbox = new InboxOptions { Folder = Inbox, Settle = TimeSpan.FromMilliseconds(50), Interval = TimeSpan.FromMilliseconds(20) },
            Log = Log.Enqueue,
        }));
        Client.Dispose();
        Client = new HttpClient { BaseAddress = new Uri(service.Addresses[0]) };
    }

    public async Task StopAsync()
    {
        if (service is not null)
        {
            await service.DisposeAsync();
            service = null;
        }
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json", HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        using var response = await Client.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        response.StatusCode.ShouldBe(status, Encoding.UTF8.GetString(answer));
        return answer.Length == 0 ? default : JsonElement.Parse(answer);
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonElement> PostAsync(string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK) => SendAsync(HttpMethod.Post, path, body, status: status);

    public async Task<string> SubmitAsync(IEnumerable<string> texts, string query = "")
    {
        var lines = string.Join('\n', texts.Select(text => JsonSerializer.Serialize(new { text })));
        return (await SendAsync(HttpMethod.Post, "/v1/jobs" + query, lines, "application/jsonl", HttpStatusCode.Created)).GetProperty("id").GetString()!;
    }

    /// <summary>Asks until a job is in a state; the test's own limit is a minute.</summary>
    public async Task<JsonElement> WaitForJobAsync(string id, string state = "done")
    {
        var job = default(JsonElement);
        await Eventually.HoldsAsync(async () => (job = await GetAsync($"/v1/jobs/{id}")).GetProperty("state").GetString() == state, () => job.ToString());
        return job;
    }

    public async Task<List<JsonElement>> ResultsAsync(string id) =>
        [.. (await Client.GetStringAsync($"/v1/jobs/{id}/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        Runtime.Dispose();
        bundle.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
