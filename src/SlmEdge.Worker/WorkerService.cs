using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SlmEdge.Runtime;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Page;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker;

/// <summary>
/// The HTTP service over one runtime: <c>POST /v1/classify</c>, <c>GET /v1/bundle</c>, <c>GET /healthz</c> and a page at <c>/</c>.
/// It reads no configuration files and no environment variables: what it does is in its options.
/// </summary>
public sealed class WorkerService : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly WorkerOptions options;

    private WorkerService(WebApplication application, WorkerOptions options)
    {
        this.application = application;
        this.options = options;
    }

    /// <summary>The addresses that the service listens on, with the ports that the system chose.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>Starts listening.</summary>
    /// <param name="runtime">The runtime that decides; it stays the caller's to dispose, after the service.</param>
    /// <param name="options">Addresses and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="WorkerException">An address is wrong or taken.</exception>
    /// <exception cref="RuntimeException">The bundle is no classification.</exception>
    public static async Task<WorkerService> StartAsync(SlmRuntime runtime, WorkerOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        options ??= new WorkerOptions();
        ListenAddresses.Check(options.Urls);
        _ = runtime.Classifier; // A bundle of another kind is told before the first request.
        var application = Build(new LiveEngine(new RuntimeEngine(runtime, owned: false)), options);
        try
        {
            await application.StartAsync(ct).ConfigureAwait(false);
            return new WorkerService(application, options);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new WorkerException($"The service cannot listen on {string.Join(", ", options.Urls)}: {error.Message} Choose another address with --urls.", error);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Accepts no more requests and lets those that run finish, up to <see cref="WorkerOptions.ShutdownTimeout"/>.</summary>
    public async Task StopAsync()
    {
        using var timeout = new CancellationTokenSource(options.ShutdownTimeout);
        await application.StopAsync(timeout.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static WebApplication Build(LiveEngine engine, WorkerOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. options.Urls]).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var application = builder.Build();
        application.Use(new RequestGuard(ListenAddresses.AreLoopback(options.Urls), options).InvokeAsync);
        application.UseRouting();
        application.MapPost("/v1/classify", new ClassifyEndpoint(engine, options).HandleAsync);
        application.MapGet("/v1/bundle", new BundleEndpoint(engine).HandleAsync);
        application.MapGet("/healthz", new HealthEndpoint(engine).HandleAsync);
        application.MapGet("/", TryPage.HandleAsync);
        return application;
    }
}
