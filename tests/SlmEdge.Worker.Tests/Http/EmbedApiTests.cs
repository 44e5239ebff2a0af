using System.Runtime.InteropServices;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>Vectors of texts over HTTP, by our route and by OpenAI's.</summary>
public sealed class EmbedApiTests
{
    [Fact]
    public async Task Vectors_are_those_of_the_runtimes_own_embedder()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        using var embedder = service.Runtime.OpenEmbedder();
        var expected = await embedder.EmbedAsync(["pump broken", "hose"]);
        using var one = await service.PostToAsync("/v1/embed", """{"text":"pump broken"}""");
        var answer = await RunningService.ReadAsync(one);
        answer.GetProperty("text").GetString().ShouldBe("pump broken");
        Numbers(answer.GetProperty("embedding")).ShouldBe(expected[0].Vector.ToArray());
        answer.GetProperty("tokens").GetInt32().ShouldBe(expected[0].Tokens);
        using var two = await service.PostToAsync("/v1/embed", """{"texts":["pump broken","hose"]}""");
        (await RunningService.ReadAsync(two)).GetProperty("results").EnumerateArray().Select(item => Numbers(item.GetProperty("embedding")))
            .ShouldBe(expected.Select(text => text.Vector.ToArray()));
    }

    [Fact]
    public async Task OpenAIs_route_gives_numbers_or_their_bytes()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        using var plain = await service.PostToAsync("/v1/embeddings", """{"model":"faults","input":["pump broken","hose"]}""");
        using var packed = await service.PostToAsync("/v1/embeddings", """{"model":"faults","input":["pump broken","hose"],"encoding_format":"base64"}""");
        var numbers = await RunningService.ReadAsync(plain);
        var bytes = await RunningService.ReadAsync(packed);
        for (var i = 0; i < 2; i++)
        {
            var item = numbers.GetProperty("data")[i];
            item.GetProperty("index").GetInt32().ShouldBe(i);
            MemoryMarshal.Cast<byte, float>(bytes.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64()).ToArray().ShouldBe(Numbers(item.GetProperty("embedding")));
        }

        numbers.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("/v1/embed", """{"input":"a"}""", 400, "missing-field")]
    [InlineData("/v1/embed", """{"texts":[]}""", 400, "empty-text")]
    [InlineData("/v1/embed", """{"texts":["a"," "]}""", 400, "empty-text")]
    [InlineData("/v1/embed", """{"texts":["a","b","c"]}""", 413, "too-many-texts")]
    [InlineData("/v1/embeddings", """{"text":"a"}""", 400, "missing-field")]
    [InlineData("/v1/embeddings", """{"input":[1,2]}""", 400, "unsupported")]
    [InlineData("/v1/embeddings", """{"input":[[1,2]]}""", 400, "unsupported")]
    [InlineData("/v1/embeddings", """{"input":{}}""", 400, "wrong-shape")]
    [InlineData("/v1/embeddings", """{"input":"a","encoding_format":"hex"}""", 400, "unsupported")]
    [InlineData("/v1/embeddings", """{"input":"a","dimensions":3}""", 400, "unsupported")]
    [InlineData("/v1/embeddings", """{"input":"a","model":"other"}""", 404, "model-not-found")]
    public async Task What_cannot_be_embedded_is_refused(string path, string body, int status, string type)
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate, new WorkerOptions { Urls = ["http://127.0.0.1:0"], Limits = new() { MaxTexts = 2 } });
        using var response = await service.PostToAsync(path, body);
        (await RunningService.ReadProblemAsync(response, status, type)).TryGetProperty("error", out _).ShouldBe(path == "/v1/embeddings");
    }

    [Fact]
    public async Task A_runtime_that_has_ended_embeds_no_more()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        service.Runtime.Dispose();
        using var response = await service.PostToAsync("/v1/embed", """{"text":"pump"}""");
        await RunningService.ReadProblemAsync(response, 503, "stopping");
    }

    private static float[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetSingle())];
}
