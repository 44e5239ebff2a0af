using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Tasks;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>The service on a port that the system chose, over a real bundle.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly IDisposable bundle;

    private RunningService(IDisposable bundle, SlmRuntime runtime, WorkerService service)
    {
        this.bundle = bundle;
        Runtime = runtime;
        Service = service;
        Client = new HttpClient { BaseAddress = service.Addresses.Select(address => new Uri(address)).FirstOrDefault(address => address.Scheme is "http") };
    }

    public SlmRuntime Runtime { get; }

    public WorkerService Service { get; }

    public HttpClient Client { get; }

    /// <summary>Serves a bundle that classifies.</summary>
    public static Task<RunningService> StartAsync(RuntimeOptions? options = null, WorkerOptions? worker = null)
    {
        var bundle = TinyBundle.Create();
        return StartAsync(bundle, () => bundle.Open(options), worker);
    }

    /// <summary>Serves a bundle, which goes with the service.</summary>
    public static Task<RunningService> StartAsync(TinyBundle bundle, WorkerOptions? worker = null) => StartAsync(bundle, () => bundle.Open(), worker);

    /// <summary>Serves a bundle that writes.</summary>
    public static Task<RunningService> StartAsync(TaskKind kind, WorkerOptions? worker = null, RuntimeOptions? options = null)
    {
        var bundle = new WritingBundle(kind);
        return StartAsync(bundle, () => bundle.Open(options: options), worker);
    }

    /// <summary>Serves a bundle that writes, which goes with the service.</summary>
    public static Task<RunningService> StartAsync(WritingBundle bundle, WorkerOptions? worker = null) => StartAsync(bundle, () => bundle.Open(), worker);

    /// <summary>Serves a model that takes adapters; the model is the service's to dispose.</summary>
    public static Task<RunningService> StartAsync(AdaptedModel model, WorkerOptions worker) => StartAsync(model, () => model.Open(), worker);

    public Task<HttpResponseMessage> PostTo(string path, string json) =>
        Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> PostAsync(string json, CancellationToken ct = default) => PostAsync(Encoding.UTF8.GetBytes(json), "application/json", ct);

    public Task<HttpResponseMessage> PostAsync(byte[] body, string? contentType, CancellationToken ct = default) => PostAsync("/v1/classify", body, contentType, ct);

    public Task<HttpResponseMessage> PostToAsync(string path, string json, CancellationToken ct = default) => PostAsync(path, Encoding.UTF8.GetBytes(json), "application/json", ct);

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }

    /// <summary>The problem that a response has to be.</summary>
    public static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage response, int status, string type)
    {
        ((int)response.StatusCode).ShouldBe(status, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await ReadAsync(response);
        problem.EnumerateObject().Select(property => property.Name).Take(4).ShouldBe(["type", "title", "status", "detail"]);
        problem.GetProperty("type").GetString().ShouldBe("urn:slm-edge:" + type);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Service.DisposeAsync();
        Runtime.Dispose();
        bundle.Dispose();
    }

    private static async Task<RunningService> StartAsync(IDisposable bundle, Func<SlmRuntime> open, WorkerOptions? worker)
    {
        SlmRuntime? runtime = null;
        try
        {
            runtime = open();
            worker ??= new WorkerOptions();
            worker = worker.Urls is [WorkerOptions.DefaultUrl] ? worker with { Urls = ["http://127.0.0.1:0"] } : worker;
            return new RunningService(bundle, runtime, await WorkerService.StartAsync(runtime, worker));
        }
        catch
        {
            runtime?.Dispose();
            bundle.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? contentType, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await Client.PostAsync(path, content, ct);
    }
}
