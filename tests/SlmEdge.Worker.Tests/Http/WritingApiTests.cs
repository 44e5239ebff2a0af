using System.Net;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;

namespace SlmEdge.Worker.Tests.Http;

public sealed class WritingApiTests
{
    [Fact]
    public async Task A_text_is_answered_with_what_the_runtime_writes()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        var expected = await service.Runtime.Generator.GenerateAsync("hose torn", new GenerationOptions { MaxTokens = 20 });
        using var response = await service.PostToAsync("/v1/generate", """{"text":"hose torn","maxTokens":20}""");
        var json = await RunningService.ReadAsync(response);
        json.GetProperty("text").GetString().ShouldBe("hose torn");
        json.GetProperty("output").GetString().ShouldBe(expected.Text);
        json.GetProperty("finishReason").GetString().ShouldBe("length");
        json.GetProperty("usage").GetProperty("answerTokens").GetInt32().ShouldBe(20);
    }

    [Theory]
    [InlineData("{\"text\":\"hose torn\",\"maxTokens\":20,\"stream\":true}", null)]
    [InlineData("{\"text\":\"hose torn\",\"maxTokens\":20}", "text/event-stream")]
    public async Task Events_bring_the_answer_in_pieces_when_the_body_or_the_header_asks(string body, string? accept)
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        var expected = await service.Runtime.Generator.GenerateAsync("hose torn", new GenerationOptions { MaxTokens = 20 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await service.Client.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = Events(await response.Content.ReadAsStringAsync());
        string.Concat(events.SkipLast(1).Select(data => data.GetProperty("output").GetString())).ShouldBe(expected.Text);
        events.Count.ShouldBeGreaterThan(2);
        events[^1].GetProperty("finishReason").GetString().ShouldBe("length");
    }

    [Fact]
    public async Task A_stream_that_fails_before_its_first_event_is_answered_with_a_problem()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        using var response = await service.PostToAsync("/v1/generate", """{"text":" ","stream":true}""");
        await RunningService.ReadProblemAsync(response, 400, "empty-text");
    }

    [Fact]
    public async Task A_stream_that_fails_later_ends_with_an_event_that_says_so()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new StringContent("""{"text":"hose torn","maxTokens":400,"stream":true}""", Encoding.UTF8, "application/json") };
        using var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("data: ");
        service.Runtime.Dispose();
        var rest = await reader.ReadToEndAsync();

        // The model may have come to its end before the runtime was disposed; then the last event is that of a whole answer.
        (rest.Contains("event: error\ndata: {\"type\":\"urn:slm-edge:stopping\"", StringComparison.Ordinal) || rest.Contains("finishReason", StringComparison.Ordinal)).ShouldBeTrue(rest);
    }

    [Fact]
    public async Task A_client_that_leaves_a_stream_ends_its_request()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new StringContent("""{"text":"hose torn","maxTokens":4000,"stream":true}""", Encoding.UTF8, "application/json") })
        using (var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var next = await service.PostToAsync("/v1/generate", """{"text":"hose torn","maxTokens":2}""");
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_document_comes_with_the_places_of_its_strings()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Extract);
        var expected = await service.Runtime.Extractor.ExtractAsync("hose torn");
        using var response = await service.PostToAsync("/v1/extract", """{"text":"hose torn"}""");
        var json = await RunningService.ReadAsync(response);
        JsonElement.DeepEquals(json.GetProperty("document"), expected.Document).ShouldBeTrue();
        json.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("path").GetString()).ShouldBe(expected.Fields.Select(field => field.Path));
    }

    [Fact]
    public async Task Fewer_tokens_than_the_shortest_document_are_refused()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Extract);
        using var response = await service.PostToAsync("/v1/extract", """{"text":"hose torn","maxTokens":2}""");
        await RunningService.ReadProblemAsync(response, 400, "too-few-tokens");
    }

    [Theory]
    [InlineData("{}", "missing-field")]
    [InlineData("{\"text\":\"a\",\"temperature\":-1}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"maxTokens\":0}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"maxTokens\":1000000}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"stop\":[\"\"]}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"stop\":[1]}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"topP\":1e999}", "wrong-shape")]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", "malformed-json")]
    [InlineData("{\"text\":\"a\",\"stream\":\"yes\"}", "wrong-shape")]
    public async Task A_field_out_of_its_range_is_refused(string body, string type)
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        using var response = await service.PostToAsync("/v1/generate", body);
        await RunningService.ReadProblemAsync(response, 400, type);
    }

    [Fact]
    public async Task A_bundle_of_another_kind_says_where_to_ask_it()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Extract);
        using var response = await service.PostAsync("""{"text":"A dog."}""");
        (await RunningService.ReadProblemAsync(response, 409, "other-kind")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("/v1/extract");
    }

    [Fact]
    public async Task The_task_is_described_with_its_schema_and_route()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Extract);
        using var response = await service.Client.GetAsync("/v1/tasks");
        var task = (await RunningService.ReadAsync(response)).GetProperty("tasks").EnumerateArray().ShouldHaveSingleItem();
        task.GetProperty("kind").GetString().ShouldBe("extract");
        task.GetProperty("route").GetString().ShouldBe("/v1/extract");
        JsonElement.DeepEquals(task.GetProperty("schema"), JsonElement.Parse(WritingBundle.Schema)).ShouldBeTrue();
    }

    private static List<JsonElement> Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(one => JsonElement.Parse(one["data: ".Length..]))];
}
