using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Soak;

/// <summary>Everything that a service is asked for in a day, at once: single texts, batches, chat, documents, streams, vectors, jobs, corrections, metrics.</summary>
internal sealed class SoakLoad(HttpClient http) : IDisposable
{
    private const int TextsOfABatch = 32;
    private const int RowsOfAJob = 64;
    private const int MaxTokens = 24;

    private static readonly string[] Parts = ["pump", "brake", "hose", "radio", "filter", "bucket", "engine", "chain"];
    private static readonly string[] Faults = ["leaks oil", "is worn out", "makes a noise", "does not start", "is too hot", "was replaced", "is loose"];

    private readonly ConcurrentDictionary<string, LatencyHistogram> latencies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Operation, string Error), int> errors = new();
    private (long Id, string? Label) latest;
    private int texts;
    private CancellationToken stopping;

    public IEnumerable<(string Operation, LatencyHistogram Latencies)> Latencies => latencies.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value));

    /// <summary>Requests that the service was too busy for (429).</summary>
    public int Busy(string operation) => errors.GetValueOrDefault((operation, "busy"));

    /// <summary>Whatever else went wrong.</summary>
    public IEnumerable<string> OtherErrors => errors.Where(pair => pair.Key.Error != "busy").Select(pair => $"{pair.Key.Operation}: {pair.Key.Error}, {pair.Value} times");

    /// <summary>Loads the service until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        stopping = stop;
        using var bundle = JsonDocument.Parse(await http.GetStringAsync("/v1/bundle", stop));
        var kind = bundle.RootElement.GetProperty("task").GetProperty("kind").GetString();
        var operations = new List<(int Clients, Func<Task> Once)>
        {
            (1, EmbedAsync),
            (1, JobAsync),
            (1, () => SometimesAsync("metrics", HttpMethod.Get, "/metrics")),
            (1, () => SometimesAsync("decisions", HttpMethod.Get, "/v1/decisions?order=newest&limit=50")),
        };
        operations.AddRange(kind switch
        {
            "classify" =>
            [
                (4, ClassifyAsync),
                (1, () => PostAsync("classify, 32 texts", "/v1/classify", new { texts = Enumerable.Range(0, TextsOfABatch).Select(_ => Text()), details = true })),
                (1, () => ChatAsync(stream: false)),
                (1, FeedbackAsync),
            ],
            "extract" => [(2, () => PostAsync("extract", "/v1/extract", new { text = Text(), maxTokens = 256 }))],
            "generate" =>
            [
                (2, () => PostAsync("generate", "/v1/generate", new { text = Text(), maxTokens = MaxTokens })),
                (1, () => PostAsync("generate, a stream", "/v1/generate", new { text = Text(), maxTokens = MaxTokens, stream = true })),
            ],
            _ => new List<(int, Func<Task>)> { (2, () => ChatAsync(stream: false)), (1, () => ChatAsync(stream: true)) },
        });
        await Task.WhenAll(operations.SelectMany(operation => Enumerable.Range(0, operation.Clients).Select(_ => RepeatAsync(operation.Once, stop))));
    }

    public void Dispose() => http.Dispose();

    private async Task RepeatAsync(Func<Task> once, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await once();
            }
            catch (HttpRequestException error)
            {
                // A connection that broke, or a job's route that failed: a fault of the service, which the load outlives.
                errors.AddOrUpdate(("connection", error.Message), 1, (_, count) => count + 1);
                await Task.Delay(500, CancellationToken.None);
            }
        }
    }

    private string Text()
    {
        var i = Interlocked.Increment(ref texts);
        return $"The {Parts[i % Parts.Length]} of machine {i % 97} {Faults[i % Faults.Length]}.";
    }

    private async Task ClassifyAsync()
    {
        if (await PostAsync("classify, one text", "/v1/classify", new { text = Text(), top = 3 }) is { } answer)
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.TryGetProperty("id", out var id))
            {
                latest = (id.GetInt64(), document.RootElement.GetProperty("label").GetString());
            }
            else
            {
                errors.AddOrUpdate(("classify, one text", "an answer without a number: the journal did not take it"), 1, (_, count) => count + 1);
            }
        }
    }

    private Task<byte[]?> EmbedAsync() => PostAsync("embed, 4 texts", "/v1/embed", new { texts = Enumerable.Range(0, 4).Select(_ => Text()) });

    private Task<byte[]?> ChatAsync(bool stream) => PostAsync(
        stream ? "chat, a stream" : "chat", "/v1/chat/completions", new { messages = new[] { new { role = "user", content = Text() } }, max_tokens = MaxTokens, stream });

    private async Task FeedbackAsync()
    {
        await Task.Delay(200);
        if (latest is { Id: > 0 } known)
        {
            await PostAsync("feedback", "/v1/feedback", new { id = known.Id, label = known.Label, note = "soak" });
        }
    }

    private async Task SometimesAsync(string operation, HttpMethod method, string path)
    {
        await Task.Delay(500);
        using var request = new HttpRequestMessage(method, path);
        await SendAsync(operation, request);
    }

    // From its sending to its results: the job's own routes are asked meanwhile, and its rows are counted.
    private async Task JobAsync()
    {
        const string Operation = "job of 64 rows";
        var start = Stopwatch.GetTimestamp();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, RowsOfAJob).Select(_ => JsonSerializer.Serialize(Text())))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        using var posted = await http.PostAsync("/v1/jobs", content);
        if (!posted.IsSuccessStatusCode)
        {
            Fail(Operation, posted.StatusCode);
            return;
        }

        using var accepted = JsonDocument.Parse(await posted.Content.ReadAsByteArrayAsync());
        var path = "/v1/jobs/" + accepted.RootElement.GetProperty("id").GetString();
        while (true)
        {
            using var job = JsonDocument.Parse(await http.GetStringAsync(path));
            if (job.RootElement.GetProperty("state").GetString() == "done")
            {
                break;
            }

            if (stopping.IsCancellationRequested)
            {
                // The rows wait behind everybody else: on a slow machine for longer than the load is to last.
                return;
            }

            await Task.Delay(50);
        }

        var rows = (await http.GetStringAsync(path + "/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (rows.Length != RowsOfAJob || rows.Any(row => row.Contains("\"error\"", StringComparison.Ordinal)))
        {
            errors.AddOrUpdate((Operation, $"{rows.Length} results, or an error among them"), 1, (_, count) => count + 1);
        }

        latencies.GetOrAdd(Operation, _ => new()).Add(Stopwatch.GetElapsedTime(start));
        using var removed = await http.DeleteAsync(path);
        if (!removed.IsSuccessStatusCode)
        {
            Fail(Operation, removed.StatusCode);
        }
    }

    private async Task<byte[]?> PostAsync(string operation, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await SendAsync(operation, request);
    }

    private async Task<byte[]?> SendAsync(string operation, HttpRequestMessage request)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (response.IsSuccessStatusCode)
        {
            latencies.GetOrAdd(operation, _ => new()).Add(Stopwatch.GetElapsedTime(start));
            return body;
        }

        Fail(operation, response.StatusCode, body);
        await Task.Delay(100);
        return null;
    }

    private void Fail(string operation, HttpStatusCode status, byte[]? body = null) => errors.AddOrUpdate(
        (operation, status == HttpStatusCode.TooManyRequests ? "busy" : $"{(int)status} {Encoding.UTF8.GetString(body ?? [])}"), 1, (_, count) => count + 1);
}
