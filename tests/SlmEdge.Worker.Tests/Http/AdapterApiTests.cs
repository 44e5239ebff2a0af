using System.Net;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Tasks;
using SlmEdge.Worker.Adapters;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>Adapters over HTTP: loaded, asked for by name or by key, replaced and taken away while the service runs.</summary>
public sealed class AdapterApiTests
{
    [Fact]
    public async Task Adapters_are_loaded_listed_asked_for_replaced_and_unloaded()
    {
        using var model = new AdaptedModel();
        model.AdapterBundle(1, "first", "1");
        model.AdapterBundle(2, "second", "2");
        await using var service = await StartAsync(model, new AdapterServing { Folder = model.Folder });
        (await SendAsync(service, "GET", "/v1/adapters")).Json.GetProperty("adapters").GetArrayLength().ShouldBe(0);
        (await SendAsync(service, "PUT", "/v1/adapters/billing", "{\"file\":\"first-1-1.slmb\"}")).Json.GetProperty("version").GetString().ShouldBe("1");
        var first = await SendAsync(service, "POST", "/v1/classify", "{\"text\":\"oil\",\"adapter\":\"billing\"}");
        first.Json.GetProperty("adapterVersion").GetString().ShouldBe("1");
        (await SendAsync(service, "PUT", "/v1/adapters/billing", "{\"file\":\"second-2-2.slmb\"}")).Status.ShouldBe(HttpStatusCode.OK);
        var second = await SendAsync(service, "POST", "/v1/classify", "{\"text\":\"oil\",\"adapter\":\"billing\"}");
        second.Json.GetProperty("adapter").GetString().ShouldBe("billing");
        second.Json.GetProperty("adapterVersion").GetString().ShouldBe("2");
        second.Json.GetProperty("scores").GetRawText().ShouldNotBe(first.Json.GetProperty("scores").GetRawText());
        var listed = (await SendAsync(service, "GET", "/v1/adapters")).Json.GetProperty("adapters")[0];
        listed.GetProperty("name").GetString().ShouldBe("billing");
        listed.GetProperty("requestsInFlight").GetInt32().ShouldBe(0);
        (await SendAsync(service, "DELETE", "/v1/adapters/billing")).Status.ShouldBe(HttpStatusCode.NoContent);
        var gone = await SendAsync(service, "POST", "/v1/classify", "{\"text\":\"oil\",\"adapter\":\"billing\"}");
        gone.Status.ShouldBe(HttpStatusCode.NotFound);
        gone.Json.GetProperty("type").GetString().ShouldBe("urn:slm-edge:unknown-adapter");
        (await SendAsync(service, "DELETE", "/v1/adapters/billing")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Requests_with_a_key_are_shared_out_and_say_who_answered()
    {
        using var model = new AdaptedModel();
        var bundle = model.AdapterBundle(1, "billing");
        var split = new AdapterSplit(new Dictionary<string, double> { ["billing"] = 1, [AdapterSplit.Model] = 1 });
        await using var service = await StartAsync(model, new AdapterServing { Split = split });
        await service.Runtime.Adapters.LoadAsync(bundle);
        for (var i = 0; i < 16; i++)
        {
            var (_, json) = await SendAsync(service, "POST", "/v1/classify", $$"""{"text":"oil","key":"customer-{{i}}"}""");
            (json.TryGetProperty("adapter", out var adapter) ? adapter.GetString() : null).ShouldBe(split.Choose($"customer-{i}"));
        }
    }

    [Theory]
    [InlineData(TaskKind.Generate, "/v1/generate", """{"text":"oil","maxTokens":4,"adapter":"billing"}""")]
    [InlineData(TaskKind.Generate, "/v1/generate", """{"text":"oil","maxTokens":4,"key":"a"}""")]
    public async Task What_is_written_says_which_adapter_wrote_it(TaskKind kind, string path, string body)
    {
        using var model = new AdaptedModel(kind);
        var bundle = model.AdapterBundle(1, "billing");
        var split = new AdapterSplit(new Dictionary<string, double> { ["billing"] = 1 });
        await using var service = await StartAsync(model, new AdapterServing { Split = split });
        await service.Runtime.Adapters.LoadAsync(bundle);
        var (_, json) = await SendAsync(service, "POST", path, body);
        json.GetProperty("adapter").GetString().ShouldBe("billing");
        json.GetProperty("adapterVersion").GetString().ShouldBe("1");
    }

    [Fact]
    public async Task OpenAIs_clients_name_an_adapter_as_their_model_or_are_shared_out_by_user()
    {
        using var model = new AdaptedModel(TaskKind.Chat);
        var bundle = model.AdapterBundle(1, "billing");
        var split = new AdapterSplit(new Dictionary<string, double> { ["billing"] = 1 });
        await using var service = await StartAsync(model, new AdapterServing { Split = split });
        await service.Runtime.Adapters.LoadAsync(bundle);
        var messages = new[] { new Tasks.Data.ChatMessage("user", "oil") };
        var expected = await service.Runtime.Chat.RespondAsync(messages, new Runtime.Generation.GenerationOptions { MaxTokens = 4, Adapter = "billing" });
        foreach (var choice in new[] { "\"model\":\"billing\"", "\"user\":\"customer-1\"" })
        {
            var (_, json) = await SendAsync(service, "POST", "/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"oil\"}],\"max_tokens\":4," + choice + "}");
            json.GetProperty("model").GetString().ShouldBe("billing");
            json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe(expected.Text);
        }

        (await SendAsync(service, "GET", "/v1/models")).Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()).ShouldContain("billing");
        (await SendAsync(service, "GET", "/v1/models/billing")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("PUT", "/v1/adapters/x", "{\"file\":\"../base.gguf\"}", 400, "unknown-file")]
    [InlineData("PUT", "/v1/adapters/x", "{\"file\":\"none.slmb\"}", 400, "unknown-file")]
    [InlineData("PUT", "/v1/adapters/x", "{\"file\":\"base.gguf\"}", 422, "adapter-refused")]
    [InlineData("PUT", "/v1/adapters/x", "{\"file\":\"damaged.slmb\"}", 422, "adapter-refused")]
    [InlineData("PUT", "/v1/adapters/x", "{}", 400, "missing-field")]
    [InlineData("POST", "/v1/classify", "{\"text\":\"oil\",\"key\":\"a\"}", 400, "no-split")]
    [InlineData("POST", "/v1/classify", "{\"text\":\"oil\",\"key\":\"a\",\"adapter\":\"b\"}", 400, "wrong-shape")]
    public async Task What_cannot_be_done_is_told(string method, string path, string body, int status, string type)
    {
        using var model = new AdaptedModel();
        await File.WriteAllTextAsync(Path.Combine(model.Folder, "damaged.slmb"), "PK");
        await using var service = await StartAsync(model, new AdapterServing { Folder = model.Folder });
        var (code, json) = await SendAsync(service, method, path, body);
        ((int)code).ShouldBe(status);
        json.GetProperty("type").GetString().ShouldBe("urn:slm-edge:" + type);
    }

    [Fact]
    public async Task Without_a_folder_nothing_can_be_loaded_over_HTTP()
    {
        using var model = new AdaptedModel();
        await using var service = await StartAsync(model, new AdapterServing());
        (await SendAsync(service, "PUT", "/v1/adapters/x", "{\"file\":\"base.gguf\"}")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<AdaptedService> StartAsync(AdaptedModel model, AdapterServing adapters)
    {
        var runtime = model.Open();
        return new AdaptedService(runtime, await WorkerService.StartAsync(runtime, new WorkerOptions { Urls = ["http://127.0.0.1:0"], Adapters = adapters }));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(AdaptedService service, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await service.Client.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentLength is null or 0 ? default : await RunningService.ReadAsync(response));
    }

    private sealed class AdaptedService(Runtime.SlmRuntime runtime, WorkerService service) : IAsyncDisposable
    {
        public Runtime.SlmRuntime Runtime => runtime;

        public HttpClient Client { get; } = new() { BaseAddress = new Uri(service.Addresses[0]) };

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await service.DisposeAsync();
            runtime.Dispose();
        }
    }
}
