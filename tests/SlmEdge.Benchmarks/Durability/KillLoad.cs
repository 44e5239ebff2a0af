using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>Asks a service that may be killed at any moment, and remembers what it promised.</summary>
internal sealed class KillLoad(KilledService service, Random random)
{
    private const int RowsOfAJob = 24;
    private const int RowsOfAFile = 12;
    private const int Clients = 4;
    private const int LongestMilliseconds = 1200;

    private readonly Queue<(string Key, string[] Texts)> unanswered = new();
    private int number;

    /// <summary>Jobs that were answered with 201 or 200.</summary>
    public List<(string Id, string[] Texts)> Accepted { get; } = [];

    /// <summary>Files that were put into the inbox.</summary>
    public List<(string Name, string[] Texts)> Files { get; } = [];

    /// <summary>The numbers of the decisions that were answered over HTTP.</summary>
    public ConcurrentBag<long> Answered { get; } = [];

    public int KilledWhileStarting { get; private set; }

    /// <summary>Starts the service, loads it and kills it.</summary>
    public async Task RoundAsync()
    {
        service.Start();
        if (random.Next(6) == 0)
        {
            KilledWhileStarting++;
            await Task.Delay(random.Next(LongestMilliseconds));
            await service.KillAsync();
            return;
        }

        using var http = new HttpClient { BaseAddress = await service.ListensAsync() };
        var moment = Task.Delay(random.Next(LongestMilliseconds));
        DropFile();
        Task[] work = [UntilGoneAsync(() => SendJobsAsync(http, 2)), .. Enumerable.Range(0, Clients).Select(client => UntilGoneAsync(() => AskAsync(http, client)))];
        await moment;
        await service.KillAsync();
        await Task.WhenAll(work);
    }

    /// <summary>Lets the service do all that is left, and ends it, by SIGKILL too.</summary>
    public async Task FinishAsync()
    {
        service.Start();
        using var http = new HttpClient { BaseAddress = await service.ListensAsync() };
        await SendJobsAsync(http, 0);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (Waiting() > 0 || Directory.EnumerateFiles(service.Inbox).Any() || Directory.EnumerateFiles(Path.Combine(service.Inbox, ".claimed")).Any())
        {
            await ticks.WaitForNextTickAsync();
        }

        await service.KillAsync();
    }

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
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
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
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            Answered.Add(answer.RootElement.GetProperty("id").GetInt64());
        }
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

    private long Waiting()
    {
        using var connection = new SqliteConnection($"Data Source={service.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM jobs WHERE state <> 'Done'";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task UntilGoneAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is HttpRequestException { StatusCode: null } or IOException)
        {
            // It was killed: what it had not answered is not promised.
        }
    }

    private static string[] Rows(string name, int count) => [.. Enumerable.Range(1, count).Select(row => $"Row {row} of {name}: the pump leaks oil.")];

    private static string Lines(string[] texts) => string.Concat(texts.Select(text => JsonSerializer.Serialize(new { text }) + "\n"));
}
