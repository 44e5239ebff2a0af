using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Tasks;
using SlmEdge.Worker.OpenApi;

namespace SlmEdge.Worker.Tests.Http;

public sealed class ApiDescriptionTests
{
    [Fact]
    public async Task Every_example_keeps_to_the_schema_that_it_stands_beside()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var document = await DocumentAsync(service);
        var examples = 0;
        foreach (var operation in Operations(document))
        {
            var contents = operation.GetProperty("responses").EnumerateObject().Select(response => response.Value).ToList();
            if (operation.TryGetProperty("requestBody", out var body))
            {
                contents.Add(body);
            }

            foreach (var media in contents.Where(one => one.TryGetProperty("content", out _)).SelectMany(one => one.GetProperty("content").EnumerateObject()))
            {
                if (media.Value.TryGetProperty("example", out var example))
                {
                    new DescribedSchema(document).FindFault(media.Value.GetProperty("schema"), example).ShouldBeNull(operation.GetProperty("operationId").GetString());
                    examples++;
                }
            }
        }

        examples.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task What_the_service_answers_keeps_to_its_description()
    {
        await using var chat = await RunningService.StartAsync(TaskKind.Chat);
        await using var generate = await RunningService.StartAsync(TaskKind.Generate);
        await using var extract = await RunningService.StartAsync(TaskKind.Extract);
        var document = await DocumentAsync(chat);
        await ShouldKeepAsync(document, chat, "/v1/chat/completions", """{"messages":[{"role":"user","content":"Which hose?"}],"max_tokens":4,"logprobs":true,"top_logprobs":2}""");
        await ShouldKeepAsync(document, chat, "/v1/completions", """{"prompt":"Which hose?","max_tokens":4,"logprobs":1}""");
        await ShouldKeepAsync(document, generate, "/v1/generate", """{"text":"hose torn","maxTokens":4}""");
        await ShouldKeepAsync(document, extract, "/v1/extract", """{"text":"hose torn"}""");
        foreach (var path in new[] { "/v1/models", "/v1/tasks", "/v1/bundle", "/healthz", "/readyz" })
        {
            await ShouldKeepAsync(document, extract, path, null);
        }
    }

    [SkippableTheory]
    [InlineData("{\"text\":\"A dog.\"}")]
    [InlineData("{\"texts\":[\"A dog.\",\"A cat.\"],\"top\":1,\"details\":true}")]
    public async Task Decisions_keep_to_their_description(string body)
    {
        await using var service = await RunningService.StartAsync();
        await ShouldKeepAsync(await DocumentAsync(service), service, "/v1/classify", body);
    }

    [Fact]
    public async Task Jobs_journal_and_adapters_keep_to_their_description()
    {
        using var folder = new TemporaryFolder();
        var model = new AdaptedModel();
        await using var service = await RunningService.StartAsync(model, new WorkerOptions { DataDirectory = folder.Path });
        await service.Runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing"));
        var document = await DocumentAsync(service);
        using var asked = await service.PostAsync("""{"text":"oil","adapter":"billing"}""");
        var id = (await RunningService.ReadAsync(asked)).GetProperty("id").GetInt64();
        await ShouldKeepAsync(document, service, "/v1/feedback", $$"""{"id":{{id}},"label":null,"note":"no"}""", HttpStatusCode.Created);
        using var lines = new StringContent("\"oil\"", MediaTypeHeaderValue.Parse("application/jsonl"));
        (await service.Client.PostAsync("/v1/jobs?adapter=billing", lines)).StatusCode.ShouldBe(HttpStatusCode.Created);
        foreach (var path in new[] { "/v1/decisions", "/v1/adapters", "/v1/jobs" })
        {
            await ShouldKeepAsync(document, service, path, null);
        }
    }

    [Fact]
    public async Task Every_endpoint_is_described_with_the_role_that_it_needs()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var document = await DocumentAsync(service);
        foreach (var operation in Operations(document))
        {
            operation.GetProperty("summary").GetString().ShouldNotBe(ApiDescription.Undescribed, operation.GetProperty("operationId").GetString());
            var needsKey = operation.GetProperty("security").GetArrayLength() > 0;
            operation.TryGetProperty("x-role", out var role).ShouldBe(needsKey);
            if (needsKey)
            {
                role.GetString().ShouldBeOneOf("ask", "feedback", "administer");
            }

            operation.GetProperty("responses").TryGetProperty("default", out _).ShouldBeTrue();
        }

        foreach (var path in new[] { "/v1/classify", "/v1/extract", "/v1/generate", "/v1/chat/completions", "/healthz", "/openapi.json" })
        {
            document.GetProperty("paths").TryGetProperty(path, out _).ShouldBeTrue(path);
        }
    }

    [Fact]
    public async Task The_readable_page_names_every_route_and_needs_nothing_from_elsewhere()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var document = await DocumentAsync(service);
        using var response = await service.Client.GetAsync("/docs");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        var page = await response.Content.ReadAsStringAsync();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            page.ShouldContain($"<code>{path.Name}</code>");
        }

        page.ShouldNotContain("://");
        page.ShouldNotContain("<script");
    }

    private static async Task<JsonElement> DocumentAsync(RunningService service)
    {
        using var response = await service.Client.GetAsync("/openapi.json");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await RunningService.ReadAsync(response);
    }

    private static IEnumerable<JsonElement> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value);

    private static async Task ShouldKeepAsync(JsonElement document, RunningService service, string path, string? body, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = body is null ? await service.Client.GetAsync(path) : await service.PostToAsync(path, body);
        var answer = await RunningService.ReadAsync(response);
        response.StatusCode.ShouldBe(status, answer.GetRawText());
        var operation = document.GetProperty("paths").GetProperty(path).GetProperty(body is null ? "get" : "post");
        var schema = operation.GetProperty("responses").GetProperty(((int)status).ToString(CultureInfo.InvariantCulture)).GetProperty("content").GetProperty("application/json").GetProperty("schema");
        new DescribedSchema(document).FindFault(schema, answer).ShouldBeNull(path);
        if (body is not null)
        {
            var request = operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            new DescribedSchema(document).FindFault(request, JsonElement.Parse(body)).ShouldBeNull(path);
        }
    }
}
