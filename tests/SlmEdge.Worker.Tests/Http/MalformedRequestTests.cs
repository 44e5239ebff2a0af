using System.Net;
using System.Text.Json;
using SlmEdge.Benchmarks.HttpFuzzing;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Worker.Limits;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>The short form of 'SlmEdge.Benchmarks http-fuzz'.</summary>
public sealed class MalformedRequestTests
{
    private const int Count = 500;

    private static readonly WorkerOptions Options = new()
    {
        Limits = new LimitOptions { MaxRequestBytes = 1 << 20, MaxTokens = 16, HeaderTime = TimeSpan.FromSeconds(1) },
    };

    [SkippableFact]
    public async Task A_service_that_classifies_stands_five_hundred_of_them()
    {
        await using var service = await RunningService.StartAsync(new RuntimeOptions { QueueCapacity = 64 }, Options);
        var body = JsonSerializer.Serialize(new { texts = TinyBundle.Texts });
        var before = await AskAsync(service, "/v1/classify", body);
        await FuzzAsync(service, seed: 1);
        (await AskAsync(service, "/v1/classify", body)).ShouldBe(before);
    }

    [Fact]
    public async Task A_service_that_chats_stands_five_hundred_of_them()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat, Options);
        const string Body = """{"messages":[{"role":"user","content":"Which hose?"}],"max_tokens":6}""";
        var before = JsonElement.Parse(await AskAsync(service, "/v1/chat/completions", Body)).GetProperty("choices").GetRawText();
        await FuzzAsync(service, seed: 2);
        JsonElement.Parse(await AskAsync(service, "/v1/chat/completions", Body)).GetProperty("choices").GetRawText().ShouldBe(before);
    }

    [Fact]
    public void A_seed_and_a_number_make_one_request_and_every_kind_is_made()
    {
        var requests = Enumerable.Range(0, Count).Select(new MalformedRequests(3).Make).ToList();
        var again = Enumerable.Range(0, Count).Select(new MalformedRequests(3).Make).ToList();
        requests.Select(request => request.Kind).ShouldBe(again.Select(request => request.Kind));
        requests.SelectMany(request => request.Parts.SelectMany(part => part)).SequenceEqual(again.SelectMany(request => request.Parts.SelectMany(part => part))).ShouldBeTrue();
        requests.Select(request => request.Kind).Distinct().Order().ShouldBe(MalformedRequests.Kinds.Order());
    }

    private static async Task FuzzAsync(RunningService service, int seed)
    {
        var (answers, faults) = await HttpFuzz.RunAsync(new IPEndPoint(IPAddress.Loopback, service.Client.BaseAddress!.Port), seed, Count, together: 16);
        faults.ShouldBeEmpty();
        answers.Keys.Select(key => key.Status).ShouldContain(400);
        answers.Keys.Select(key => key.Status).ShouldContain(RawExchange.Closed);
        service.Runtime.WaitingTexts.ShouldBe(0);
    }

    private static async Task<string> AskAsync(RunningService service, string path, string body)
    {
        using var response = await service.PostToAsync(path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }
}
