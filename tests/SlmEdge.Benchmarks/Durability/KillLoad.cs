using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>Loads a service whose processes are killed at random moments, and remembers what it promised.</summary>
internal sealed class KillLoad(KilledService service, KillMessages messages, Random random)
{
    private const int JobsOfARound = 2;
    private const int RowsOfAJob = 16;
    private const int RowsOfAFile = 8;
    private const int MessagesOfARound = 16;
    private const int Clients = 4;
    private const int LongestMilliseconds = 1200;

    // A fourth within one life of the service may set a request aside that was under way each time, as the engine's supervision promises.
    private const int MostEngineKills = 3;

    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(30);

    private readonly Queue<(string Key, string[] Texts)> unanswered = new();
    private int number;
    private int refused;

    /// <summary>Jobs that were answered with 201 or 200.</summary>
    public List<(string Id, string[] Texts)> Accepted { get; } = [];

    /// <summary>Files that were put into the inbox.</summary>
    public List<(string Name, string[] Texts)> Files { get; } = [];

    /// <summary>The numbers of the decisions that were answered over HTTP.</summary>
    public ConcurrentBag<long> Answered { get; } = [];

    public KillMessages Messages => messages;

    public int Kills => ServiceKills + EngineKills;

    public int ServiceKills { get; private set; }

    /// <summary>Those kills of the service that came before it listened.</summary>
    public int KilledWhileStarting { get; private set; }

    public int EngineKills { get; private set; }

    /// <summary>Answers of 503 and 429: the engine is being started again, ask later.</summary>
    public int Refused => refused;

    /// <summary>Starts the service, loads it, kills its engine up to three times and then the service.</summary>
    public async Task RoundAsync()
    {
        service.Start();
        if (random.Next(6) == 0)
        {
            await Task.Delay(random.Next(LongestMilliseconds));
            await service.KillAsync();
            ServiceKills++;
            KilledWhileStarting++;
            return;
        }

        using var http = new HttpClient { BaseAddress = await service.ListensAsync() };
        DropFile();
        Task[] work =
        [
            UntilKilledAsync(() => SendJobsAsync(http, JobsOfARound)),
            messages.SendAsync(MessagesOfARound),
            .. Enumerable.Range(0, Clients).Select(client => UntilKilledAsync(() => AskAsync(http, client))),
        ];
        for (var kills = random.Next(MostEngineKills + 1); kills > 0; kills--)
        {
            await Task.Delay(random.Next(LongestMilliseconds));
            EngineKills += service.KillEngine() ? 1 : 0;
        }

        await Task.Delay(random.Next(LongestMilliseconds));
        await service.KillAsync();
        ServiceKills++;
        await Task.WhenAll(work);
        await messages.CollectAsync();
    }

    /// <summary>Lets the service do all that is left, and ends it, by SIGKILL too.</summary>
    public async Task FinishAsync()
    {
        service.Start();
        using var http = new HttpClient { BaseAddress = await service.ListensAsync() };
        await SendJobsAsync(http, 0);
        using var limit = new CancellationTokenSource(FinishLimit);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (IsAnythingLeft() && !limit.IsCancellationRequested)
        {
            await ticks.WaitForNextTickAsync();
            await messages.CollectAsync();
        }

        await service.KillAsync();
    }

    private bool IsAnythingLeft() => messages.Answers.Count < messages.Sent.Count || WaitingJobs() > 0
        || Directory.EnumerateFiles(service.Inbox).Any() || Directory.EnumerateFiles(Path.Combine(service.Inbox, ".claimed")).Any();

    // One whose answer did not come is sent again with its key: it may have been accepted, and must not become two.
    private async Task SendJobsAsync(HttpClient http, int more)
    {
        for (var i = 0; i < more; i++)
        {
            unanswered.Enqueue(($"job-{++number}", Rows($"job {number}", RowsOfAJob)));
        }

        while (unanswered.TryPeek(out var job))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs");
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Lines(job.Texts)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
            request.Headers.Add("Idempotency-Key", job.Key);
            using var response = await http.SendAsync(request);
            using var answer = await ReadAsync(response);
            Accepted.Add((answer.RootElement.GetProperty("id").GetString()!, job.Texts));
            unanswered.Dequeue();
        }
    }

    private async Task AskAsync(HttpClient http, int client)
    {
        for (var i = 0; ; i++)
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { text = $"Client {client} asks about the pump for the {i}th time." }));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.PostAsync("/v1/classify", content);
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            {
                if (response.Headers.RetryAfter is null)
                {
                    throw new BenchmarkException($"The service answered {(int)response.StatusCode} without Retry-After.");
                }

                Interlocked.Increment(ref refused);
                await Task.Delay(100);
                continue;
            }

            using var answer = await ReadAsync(response);
            Answered.Add(answer.RootElement.GetProperty("id").GetInt64());
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(body)
            : throw new BenchmarkException($"The service answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
    }

    private void DropFile()
    {
        var name = $"file-{Files.Count + 1}.jsonl";
        var texts = Rows(name, RowsOfAFile);
        var part = Path.Combine(service.Inbox, name + ".part");
        File.WriteAllText(part, Lines(texts));
        File.Move(part, Path.Combine(service.Inbox, name));
        Files.Add((name, texts));
    }

    private long WaitingJobs()
    {
        using var connection = new SqliteConnection($"Data Source={service.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM jobs WHERE state <> 'Done'";
        return (long)command.ExecuteScalar()!;
    }

    // A connection may end because the service was killed, and for no other reason: the engine's end must not cost one.
    private async Task UntilKilledAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (service.IsEnding && (error is HttpRequestException { StatusCode: null } or IOException))
        {
            // What it had not answered is not promised.
        }
    }

    private static string[] Rows(string name, int count) => [.. Enumerable.Range(1, count).Select(row => $"Row {row} of {name}: the pump leaks oil.")];

    private static string Lines(string[] texts) => string.Concat(texts.Select(text => JsonSerializer.Serialize(new { text }) + "\n"));
}
