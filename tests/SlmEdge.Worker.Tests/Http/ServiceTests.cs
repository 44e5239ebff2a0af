using System.Net;

namespace SlmEdge.Worker.Tests.Http;

public sealed class ServiceTests
{
    [SkippableFact]
    public async Task Health_names_the_bundle()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.Client.GetAsync("/healthz");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await RunningService.ReadAsync(response);
        json.GetProperty("status").GetString().ShouldBe("ok");
        json.GetProperty("bundle").GetString().ShouldBe("stories");
        json.GetProperty("version").GetString().ShouldBe("1.2.3");
        json.GetProperty("waiting").GetInt32().ShouldBe(0);
    }

    [SkippableFact]
    public async Task Alive_and_ready_are_two_questions()
    {
        await using var service = await RunningService.StartAsync();
        using var ready = await service.Client.GetAsync("/readyz");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RunningService.ReadAsync(ready)).GetProperty("status").GetString().ShouldBe("ready");
    }

    [SkippableFact]
    public async Task The_bundle_is_described_with_its_labels_engine_and_scores()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.Client.GetAsync("/v1/bundle");
        var json = await RunningService.ReadAsync(response);
        json.GetProperty("name").GetString().ShouldBe("stories");
        json.GetProperty("task").GetProperty("kind").GetString().ShouldBe("classify");
        json.GetProperty("labels").EnumerateArray().Select(label => label.GetString()).ShouldBe(TinyBundle.Labels);
        json.GetProperty("engine").GetProperty("name").GetString().ShouldBe("llama");
        json.GetProperty("engine").GetProperty("file").GetString().ShouldBe("gguf/model.gguf");
        json.GetProperty("promptSha256").GetString().ShouldBe(service.Runtime.Manifest.PromptSha256);
        var stages = json.GetProperty("scores").EnumerateArray().ToList();
        stages.Select(stage => stage.GetProperty("stage").GetString()).ShouldBe(["base", "gguf"]);
        stages[1].GetProperty("accuracy").GetDouble().ShouldBe(0.91);
        stages[1].GetProperty("changedDecisions").GetInt32().ShouldBe(0);
    }

    [SkippableFact]
    public async Task The_page_needs_nothing_from_elsewhere()
    {
        await using var service = await RunningService.StartAsync();
        using var response = await service.Client.GetAsync("/");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        var page = await response.Content.ReadAsStringAsync();
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain(" src=");
    }

    [SkippableTheory]
    [InlineData("GET", "/v2/classify", 404, "unknown-route")]
    [InlineData("GET", "/index.html", 404, "unknown-route")]
    [InlineData("GET", "/v1/classify", 405, "wrong-method")]
    [InlineData("DELETE", "/healthz", 405, "wrong-method")]
    public async Task What_is_not_there_is_answered_with_problem_details(string method, string path, int status, string type)
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await service.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await RunningService.ReadAsync(response)).GetProperty("type").GetString().ShouldBe("urn:slm-edge:" + type);
    }

    [SkippableFact]
    public async Task A_loopback_service_does_not_answer_to_the_name_of_another_site()
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/bundle");
        request.Headers.Host = "example.com";
        using var response = await service.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [SkippableFact]
    public async Task An_address_that_is_taken_is_an_error_that_names_it()
    {
        await using var service = await RunningService.StartAsync();
        var taken = service.Service.Addresses[0];
        (await Should.ThrowAsync<WorkerException>(() => WorkerService.StartAsync(service.Runtime, new WorkerOptions { Urls = [taken] }))).Message.ShouldContain(taken);
    }

    [Theory]
    [InlineData("8088")]
    [InlineData("https://127.0.0.1:8088")]
    [InlineData("unix:slm-edge.sock")]
    [InlineData("unix:/run/")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:8088/path")]
    [InlineData("ftp://127.0.0.1:8088")]
    public void An_address_that_is_none_is_refused(string url) =>
        Should.Throw<WorkerException>(() => ListenAddresses.Check([url])).Message.ShouldContain(url);

    [Theory]
    [InlineData("http://127.0.0.1:8088", true)]
    [InlineData("http://localhost:1", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://127.8.9.1:1", true)]
    [InlineData("unix:/run/slm-edge.sock", true)]
    [InlineData("http://0.0.0.0:1", false)]
    [InlineData("http://*:1", false)]
    [InlineData("http://192.168.1.7:1", false)]
    [InlineData("http://[::]:1", false)]
    public void Only_loopback_addresses_count_as_reachable_from_this_machine_alone(string url, bool loopback)
    {
        ListenAddresses.Check([url]);
        ListenAddresses.AreLoopback([url]).ShouldBe(loopback);
        ListenAddresses.AreLoopback(["http://127.0.0.1:1", url]).ShouldBe(loopback);
    }
}
