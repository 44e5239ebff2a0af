using System.Net;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Worker.Limits;

namespace SlmEdge.Worker.Tests.Http;

public sealed class ClassifyApiTests
{
    [SkippableFact]
    public async Task One_text_is_answered_with_what_the_runtime_decides()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync(JsonSerializer.Serialize(new { text = TinyBundle.Texts[0] }));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await RunningService.ReadAsync(response);
        var expected = await service.Runtime.Classifier.ClassifyAsync(TinyBundle.Texts[0]);
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["text", "label", "confidence", "scores"]);
        json.GetProperty("text").GetString().ShouldBe(TinyBundle.Texts[0]);
        json.GetProperty("label").GetString().ShouldBe(expected.Label);
        json.GetProperty("confidence").GetDouble().ShouldBe(expected.Confidence, 1e-5);
        json.GetProperty("scores").EnumerateObject().Select(score => score.Name).ShouldBe(expected.Scores.Select(score => score.Label));
        json.GetProperty("scores").EnumerateObject().Sum(score => score.Value.GetDouble()).ShouldBe(1, 1e-5);
    }

    [SkippableFact]
    public async Task Many_texts_are_answered_in_their_order_and_with_as_many_scores_as_asked()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync(JsonSerializer.Serialize(new { texts = TinyBundle.Texts, top = 2 }));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var results = (await RunningService.ReadAsync(response)).GetProperty("results").EnumerateArray().ToList();
        results.Select(result => result.GetProperty("text").GetString()).ShouldBe(TinyBundle.Texts);
        foreach (var result in results)
        {
            result.GetProperty("scores").EnumerateObject().Count().ShouldBe(2);
            result.GetProperty("label").GetString().ShouldBe(result.GetProperty("scores").EnumerateObject().First().Name);
        }
    }

    [SkippableFact]
    public async Task An_abstention_has_no_label_and_says_why()
    {
        await using var service = await RunningService.StartAsync(new RuntimeOptions { AbstainBelow = 1 });
        using var response = await service.PostAsync("""{"text":"A dog."}""");
        var json = await RunningService.ReadAsync(response);
        json.GetProperty("label").ValueKind.ShouldBe(JsonValueKind.Null);
        json.GetProperty("abstention").GetString().ShouldNotBeNull().ShouldContain("threshold");
    }

    [SkippableTheory]
    [InlineData("{\"text\":", 400, "malformed-json")]
    [InlineData("", 400, "malformed-json")]
    [InlineData("[\"A dog.\"]", 400, "wrong-shape")]
    [InlineData("{\"txt\":\"A dog.\"}", 400, "missing-field")]
    [InlineData("{\"text\":\"A dog.\",\"texts\":[]}", 400, "missing-field")]
    [InlineData("{\"text\":7}", 400, "wrong-shape")]
    [InlineData("{\"text\":null}", 400, "wrong-shape")]
    [InlineData("{\"texts\":\"A dog.\"}", 400, "wrong-shape")]
    [InlineData("{\"texts\":[\"A dog.\",{}]}", 400, "wrong-shape")]
    [InlineData("{\"texts\":[]}", 400, "empty-text")]
    [InlineData("{\"text\":\"A dog.\",\"top\":0}", 400, "wrong-shape")]
    [InlineData("{\"text\":\"\"}", 400, "empty-text")]
    [InlineData("{\"text\":\" \\n \"}", 400, "empty-text")]
    [InlineData("{\"text\":\"half \\ud83d of a pair\"}", 400, "not-unicode")]
    [InlineData("{\"text\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", 400, "malformed-json")]
    public async Task A_bad_request_is_answered_with_problem_details(string body, int status, string type)
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync(body);
        await ShouldBeProblem(response, status, type);
    }

    [SkippableFact]
    public async Task A_bad_text_in_a_list_is_named()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync("""{"texts":["A dog.","A cat.",""]}""");
        (await ShouldBeProblem(response, 400, "empty-text")).ShouldStartWith("texts[2]:");
    }

    [SkippableFact]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync([.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8], "application/json");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [SkippableTheory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task A_body_that_does_not_say_it_is_json_is_refused(string? contentType)
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.PostAsync("{\"text\":\"A dog.\"}"u8.ToArray(), contentType);
        await ShouldBeProblem(response, 415, "not-json");
    }

    [SkippableFact]
    public async Task What_is_too_large_is_answered_with_413_whichever_limit_it_breaks()
    {
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Limits = new LimitOptions { MaxRequestBytes = 20_000, MaxTexts = 3 } });
        using var longText = await service.PostAsync(JsonSerializer.Serialize(new { text = string.Concat(Enumerable.Repeat("dog ", 4000)) }));
        await ShouldBeProblem(longText, 413, "text-too-long");
        using var manyTexts = await service.PostAsync("""{"texts":["a","b","c","d"]}""");
        await ShouldBeProblem(manyTexts, 413, "too-many-texts");
        using var largeBody = await service.PostAsync(JsonSerializer.Serialize(new { text = new string('x', 30_000) }));
        await ShouldBeProblem(largeBody, 413, "request-too-large");
    }

    [SkippableFact]
    public async Task Requests_beyond_the_queue_are_answered_with_busy_and_the_others_with_decisions()
    {
        await using var service = await RunningService.StartAsync(new RuntimeOptions { QueueCapacity = 1, BatchTexts = 1 });
        var text = JsonSerializer.Serialize(new { text = string.Concat(Enumerable.Repeat("The dog ran. ", 60)) });
        var responses = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => service.PostAsync(text)));
        responses.ShouldContain(response => response.StatusCode == HttpStatusCode.OK);
        var busy = responses.Where(response => response.StatusCode != HttpStatusCode.OK).ToList();
        busy.ShouldNotBeEmpty();
        foreach (var response in busy)
        {
            await ShouldBeProblem(response, 429, "busy");
            response.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        }
    }

    [SkippableFact]
    public async Task A_client_that_goes_away_does_not_keep_the_engine_busy()
    {
        await using var service = await RunningService.StartAsync();
        using var cancel = new CancellationTokenSource();
        var texts = Enumerable.Range(0, 1000).Select(i => $"Story {i}. {TinyBundle.Texts[i % 8]}").ToArray();
        var request = service.PostAsync(JsonSerializer.Serialize(new { texts }), cancel.Token);
        while (service.Runtime.WaitingTexts == 0 && !request.IsCompleted)
        {
            await Task.Yield();
        }

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => request);
        using var next = await service.PostAsync("""{"text":"A dog."}""");
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task Stopping_lets_the_requests_that_run_finish()
    {
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { ShutdownTimeout = TimeSpan.FromMinutes(2) });
        var texts = Enumerable.Range(0, 300).Select(i => $"Story {i}.").ToArray();
        var request = service.PostAsync(JsonSerializer.Serialize(new { texts }));
        while (service.Runtime.WaitingTexts == 0 && !request.IsCompleted)
        {
            await Task.Yield();
        }

        await service.Service.StopAsync();
        using var response = await request;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RunningService.ReadAsync(response)).GetProperty("results").GetArrayLength().ShouldBe(300);
        await Should.ThrowAsync<HttpRequestException>(() => service.Client.GetAsync("/healthz"));
    }

    [SkippableFact]
    public async Task A_runtime_that_was_disposed_is_answered_with_stopping()
    {
        await using var service = await RunningService.StartAsync();
        service.Runtime.Dispose();
        using var response = await service.PostAsync("""{"text":"A dog."}""");
        await ShouldBeProblem(response, 503, "stopping");
    }

    private static async Task<string> ShouldBeProblem(HttpResponseMessage response, int status, string type)
    {
        ((int)response.StatusCode).ShouldBe(status, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await RunningService.ReadAsync(response);
        problem.EnumerateObject().Select(property => property.Name).ShouldBe(["type", "title", "status", "detail"]);
        problem.GetProperty("type").GetString().ShouldBe("urn:slm-edge:" + type);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        return problem.GetProperty("detail").GetString().ShouldNotBeNull();
    }
}
