using System.Net;
using System.Net.Http.Headers;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.Access;

public sealed class AccessTests : IDisposable
{
    private const string Body = """{"text":"A dog."}""";

    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    [SkippableFact]
    public async Task With_keys_nobody_asks_without_one()
    {
        var (options, ask, _) = Keys();
        await using var service = await RunningService.StartAsync(worker: options);
        using var without = await service.PostAsync(Body);
        await RunningService.ReadProblemAsync(without, 401, "unauthorized");
        without.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ask + "x");
        using var wrong = await service.PostAsync(Body);
        await RunningService.ReadProblemAsync(wrong, 401, "unauthorized");
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ask);
        using var right = await service.PostAsync(Body);
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task A_key_does_what_its_roles_allow()
    {
        var (options, _, feedback) = Keys();
        await using var service = await RunningService.StartAsync(worker: options);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", feedback);
        using var response = await service.PostAsync(Body);
        (await RunningService.ReadProblemAsync(response, 403, "forbidden")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("'ask'");
    }

    [SkippableTheory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/")]
    public async Task Health_and_the_page_need_no_key(string path)
    {
        var (options, _, _) = Keys();
        await using var service = await RunningService.StartAsync(worker: options);
        using var response = await service.Client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task OpenAis_clients_are_told_in_their_own_words()
    {
        var (options, _, _) = Keys();
        await using var service = await RunningService.StartAsync(worker: options);
        using var response = await service.Client.GetAsync("/v1/models");
        var error = (await RunningService.ReadProblemAsync(response, 401, "unauthorized")).GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe("authentication_error");
        error.GetProperty("code").GetString().ShouldBe("unauthorized");
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.168.1.7:80")]
    [InlineData("http://localhost:0", "http://*:0")]
    public void A_service_that_others_reach_does_not_start_without_keys(params string[] urls)
    {
        Should.Throw<WorkerException>(() => WorkerService.Check(new WorkerOptions { Urls = urls })).Message.ShouldContain("--allow-anonymous");
        WorkerService.Check(new WorkerOptions { Urls = urls, Access = new AccessOptions { AllowAnonymous = true } });
        WorkerService.Check(new WorkerOptions { Urls = urls, Access = new AccessOptions { KeyFile = "keys.json" } });
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (WorkerOptions Options, string Ask, string Feedback) Keys()
    {
        var path = Path.Combine(folder, "keys.json");
        new ApiKeyFile([]).Add("line-3", [Role.Ask], out var ask).Add("tablet", [Role.Feedback], out var feedback).Save(path);
        return (new WorkerOptions { Access = new AccessOptions { KeyFile = path } }, ask, feedback);
    }
}
