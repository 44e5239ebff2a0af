using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>The service on a port that the system chose, over a real bundle.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly TinyBundle bundle;

    private RunningService(TinyBundle bundle, SlmRuntime runtime, WorkerService service)
    {
        this.bundle = bundle;
        Runtime = runtime;
        Service = service;
        Client = new HttpClient { BaseAddress = new Uri(service.Addresses[0]) };
    }

    public SlmRuntime Runtime { get; }

    public WorkerService Service { get; }

    public HttpClient Client { get; }

    public static async Task<RunningService> StartAsync(RuntimeOptions? options = null, WorkerOptions? worker = null)
    {
        var bundle = TinyBundle.Create();
        var runtime = bundle.Open(options);
        var service = await WorkerService.StartAsync(runtime, (worker ?? new WorkerOptions()) with { Urls = ["http://127.0.0.1:0"] });
        return new RunningService(bundle, runtime, service);
    }

    public Task<HttpResponseMessage> PostAsync(string json, CancellationToken ct = default) => PostAsync(Encoding.UTF8.GetBytes(json), "application/json", ct);

    public async Task<HttpResponseMessage> PostAsync(byte[] body, string? contentType, CancellationToken ct = default)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await Client.PostAsync("/v1/classify", content, ct);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Service.DisposeAsync();
        Runtime.Dispose();
        bundle.Dispose();
    }
}
