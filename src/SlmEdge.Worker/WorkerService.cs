using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Bundles;
using SlmEdge.Worker.Classify;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Embed;
using SlmEdge.Worker.Extract;
using SlmEdge.Worker.Generate;
using SlmEdge.Worker.Health;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Metrics;
using SlmEdge.Worker.OpenAi;
using SlmEdge.Worker.OpenApi;
using SlmEdge.Worker.Otlp;
using SlmEdge.Worker.Page;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker;

/// <summary>
/// The HTTP service over one runtime. Its routes stand in its own description at <c>/openapi.json</c>, readable at <c>/docs</c>.
/// It reads no configuration files and no environment variables: what it does is in its options.
/// </summary>
public sealed class WorkerService : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly WorkerOptions options;
    private readonly DurableState? state;
    private readonly LiveEngine engine;
    private readonly DriftWatch drift;
    private readonly OtlpExporter? otlp;
    private readonly Updater? updater;
    private readonly UpdateFolder? updateFolder;

    private WorkerService(WebApplication application, WorkerOptions options, DurableState? state, LiveEngine engine, DriftWatch drift, OtlpExporter? otlp, Updater? updater)
    {
        this.drift = drift;
        this.otlp = otlp;
        this.updater = updater;
        updateFolder = updater is not null && options.Updates is { Folder: not null } updates ? new UpdateFolder(updates, updater, new WorkerLog(options.Log), TimeProvider.System) : null;
        this.engine = engine;
        this.application = application;
        this.options = options;
        this.state = state;
    }

    /// <summary>The addresses that the service listens on, with the ports that the system chose.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Select(FromServer) ?? []];

    /// <summary>What is served, for people: bundle, version, file and engine.</summary>
    public string Description =>
        $"{engine.Bundle.Manifest.Name} {engine.Bundle.Manifest.Version} ({engine.Bundle.File} on {engine.Bundle.EngineInfo.Name} {engine.Bundle.EngineInfo.Version})";

    /// <summary>Whether the engine answers, or is being started again; false when it was tried in vain several times.</summary>
    public bool IsSound => engine.Health != EngineHealth.Failed;

    /// <summary>Checks what can be checked of options before a model is loaded.</summary>
    /// <exception cref="WorkerException">An address is wrong, the key file or the certificate cannot be used, or nobody would be asked for a key.</exception>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public static void Check(WorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ListenAddresses.Check(options.Urls, options.Tls is not null);
        options.Limits.Validate();
        options.Journal.Validate();
        if (options is { Inbox: not null, DataDirectory: null })
        {
            throw new WorkerException("An inbox needs a place for its jobs; give a data folder too (--data).");
        }

        if (options is { Broker: not null, DataDirectory: null })
        {
            throw new WorkerException("A broker needs a place for its outbox; give a data folder too (--data).");
        }

        options.Broker?.Validate();
        options.Webhook?.Validate();
        options.Otlp?.Validate();
        if (options.Access is { KeyFile: null, AllowAnonymous: false } && !ListenAddresses.AreLoopback(options.Urls))
        {
            throw new WorkerException(
                $"{string.Join(", ", options.Urls)} can be reached from other machines, and without keys everybody there could use the service. " +
                "Make keys with 'slm-edge key add --file keys.json' and give --keys keys.json; or listen on 127.0.0.1; or say --allow-anonymous if that is what you want.");
        }
    }

    /// <summary>Starts listening.</summary>
    /// <param name="runtime">The runtime that decides; it stays the caller's to dispose, after the service.</param>
    /// <param name="options">Addresses and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="WorkerException">An address is wrong or taken, or the options would leave the service open (<see cref="Check"/>).</exception>
    public static async Task<WorkerService> StartAsync(SlmRuntime runtime, WorkerOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        options ??= new WorkerOptions();
        Check(options);
        return await StartAsync(new RuntimeEngine(runtime, owned: false), options, null, ct).ConfigureAwait(false);
    }

    /// <summary>Starts an engine in a process of its own, with every adapter of the options, and then listening.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a bundle folder.</param>
    /// <param name="runtime">How the bundle is run.</param>
    /// <param name="isolation">How the process is started and watched.</param>
    /// <param name="options">Addresses and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="WorkerException">An address is wrong or taken, the options would leave the service open (<see cref="Check"/>), or the process does not start.</exception>
    /// <exception cref="RuntimeException">The bundle or an adapter does not open there.</exception>
    public static async Task<WorkerService> StartIsolatedAsync(
        string bundlePath, RuntimeOptions runtime, IsolationOptions isolation, WorkerOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(isolation);
        options ??= new WorkerOptions();
        Check(options);
        var child = await OpenChildAsync(bundlePath, runtime, isolation, options, ct).ConfigureAwait(false);
        return await StartOwnedAsync(child, options, null, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Serves a bundle of a store (<see cref="WorkerOptions.Updates"/>), whose newer versions take over while requests run.
    /// </summary>
    /// <param name="runtime">How the bundle, and every later version, is run.</param>
    /// <param name="isolation">How the engines' processes are started and watched; <see langword="null"/> for engines in this process.</param>
    /// <param name="options">Addresses, limits, and the store.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="WorkerException">An address is wrong or taken, the options would leave the service open (<see cref="Check"/>), or the store cannot be written.</exception>
    /// <exception cref="SlmEdge.Bundles.BundleException">The store has no such bundle, or no version of it is whole.</exception>
    /// <exception cref="RuntimeException">The bundle or an adapter does not open.</exception>
    public static async Task<WorkerService> StartFromStoreAsync(RuntimeOptions runtime, IsolationOptions? isolation, WorkerOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(options);
        var updates = options.Updates ?? throw new ArgumentException("The options name no store (Updates).", nameof(options));
        Check(options);
        var (updater, first) = await UpdateStart.OpenAsync(
            updates,
            async (folder, stop) => isolation is null
                ? await OpenHereAsync(folder, runtime, options, stop).ConfigureAwait(false)
                : await OpenChildAsync(folder, runtime, isolation, options, stop).ConfigureAwait(false),
            new WorkerLog(options.Log),
            TimeProvider.System,
            ct).ConfigureAwait(false);
        return await StartOwnedAsync(first, options, updater, ct).ConfigureAwait(false);
    }

    private static async Task<IServingEngine> OpenHereAsync(string bundlePath, RuntimeOptions runtime, WorkerOptions options, CancellationToken ct)
    {
        var engine = new RuntimeEngine(SlmRuntime.Open(bundlePath, runtime), owned: true);
        return await LoadAdaptersAsync(engine, options, ct).ConfigureAwait(false);
    }

    private static async Task<IServingEngine> OpenChildAsync(string bundlePath, RuntimeOptions runtime, IsolationOptions isolation, WorkerOptions options, CancellationToken ct)
    {
        var child = await ChildEngine.StartAsync(bundlePath, runtime, isolation, new WorkerLog(options.Log), ct).ConfigureAwait(false);
        return await LoadAdaptersAsync(child, options, ct).ConfigureAwait(false);
    }

    private static async Task<IServingEngine> LoadAdaptersAsync(IServingEngine engine, WorkerOptions options, CancellationToken ct)
    {
        try
        {
            foreach (var file in options.Adapters.List())
            {
                await engine.LoadAdapterAsync(file, new AdapterLoadOptions { TrustedKeys = options.Adapters.TrustedKeys }, ct).ConfigureAwait(false);
            }

            if (options.Adapters.Split?.Weights.Keys.FirstOrDefault(name => name != AdapterSplit.Model && engine.Adapters.All(adapter => adapter.Name != name)) is { } missing)
            {
                throw new AdapterException(AdapterRefusal.UnknownName, $"No adapter '{missing}' is loaded, to which requests are to be shared out.");
            }

            return engine;
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<WorkerService> StartOwnedAsync(IServingEngine first, WorkerOptions options, Updater? updater, CancellationToken ct)
    {
        try
        {
            return await StartAsync(first, options, updater, ct).ConfigureAwait(false);
        }
        catch
        {
            await first.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<WorkerService> StartAsync(IServingEngine first, WorkerOptions options, Updater? updater, CancellationToken ct)
    {
        foreach (var url in options.Urls)
        {
            if (ListenAddresses.SocketPath(url) is { } path)
            {
                UnixSocket.Prepare(path);
            }
        }

        var log = new WorkerLog(options.Log);
        EngineLog.Write(log, first.Bundle.EngineInfo);
        var engine = new LiveEngine(first);
        updater?.Attach(engine);
        var metrics = new ServiceMetrics();
        var drift = new DriftWatch(log, options.Webhook is { } webhook ? new AlarmWebhook(webhook, log, TimeProvider.System) : null, TimeProvider.System);
        var measured = new MeasuredEngine(engine, metrics, drift);
        DurableState? state = null;
        WebApplication? application = null;
        try
        {
            state = options.DataDirectory is { } directory ? await DurableState.OpenAsync(directory, measured, drift, options, log).ConfigureAwait(false) : null;
            var source = new MetricsSource(metrics, measured, drift, state);
            application = Build(measured, options, log, state, source, drift, updater);
            await application.StartAsync(ct).ConfigureAwait(false);
            var otlp = options.Otlp is { } collector ? new OtlpExporter(collector, source, log, TimeProvider.System) : null;
            return new WorkerService(application, options, state, engine, drift, otlp, updater);
        }
        catch (Exception error)
        {
            await DisposeAsync(application, state, drift, updater).ConfigureAwait(false);
            if (error is IOException or SocketException)
            {
                throw new WorkerException($"The service cannot listen on {string.Join(", ", options.Urls)}: {error.Message} Choose another address with --urls.", error);
            }

            throw;
        }
    }

    /// <summary>Accepts no more requests and lets those that run finish, up to <see cref="WorkerOptions.ShutdownTimeout"/>.</summary>
    public async Task StopAsync()
    {
        await EndUpdatesAsync().ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(options.ShutdownTimeout);
        await application.StopAsync(timeout.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndUpdatesAsync().ConfigureAwait(false);
        if (otlp is not null)
        {
            await otlp.DisposeAsync().ConfigureAwait(false);
        }

        await DisposeAsync(application, state, drift, updater).ConfigureAwait(false);
        await engine.DisposeAsync().ConfigureAwait(false);
    }

    // A shadow run may wait for requests that do not come any more.
    private async Task EndUpdatesAsync()
    {
        if (updater is not null)
        {
            await updater.StopAsync().ConfigureAwait(false);
        }

        if (updateFolder is not null)
        {
            await updateFolder.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask DisposeAsync(WebApplication? application, DurableState? state, DriftWatch drift, Updater? updater)
    {
        if (application is not null)
        {
            await application.DisposeAsync().ConfigureAwait(false);
        }

        if (state is not null)
        {
            await state.DisposeAsync().ConfigureAwait(false);
        }

        await drift.DisposeAsync().ConfigureAwait(false);

        // After those that ask: a version that was replaced is given up with its last request.
        if (updater is not null)
        {
            await updater.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static WebApplication Build(
        IServingEngine engine, WorkerOptions options, WorkerLog log, DurableState? state, MetricsSource metrics, DriftWatch drift, Updater? updater)
    {
        var keys = options.Access.KeyFile is { } file ? new KeyRing(file, log) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. options.Urls.Select(ListenAddresses.ForServer)]).ConfigureKestrel(kestrel => Configure(kestrel, options));
        if (options.Tls is { } tls)
        {
            var (certificate, chain) = TlsCertificate.Load(tls);
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
            {
                https.ServerCertificate = certificate;
                https.ServerCertificateChain = chain;
            }));
        }

        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint => endpoint is UnixDomainSocketEndPoint unix
            ? UnixSocket.Bind(unix, options.SocketMode)
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        var application = builder.Build();
        application.Use(new RequestGuard(ListenAddresses.AreLoopback(options.Urls), options, log).InvokeAsync);
        application.UseRouting();
        application.Use(new AccessGuard(keys, AnonymousRoles(options), new RequestRate(options.Limits)).InvokeAsync);
        application.Use(new TimeLimit(options.Limits).InvokeAsync);
        foreach (var group in Endpoints(engine, options, state, metrics, drift, updater))
        {
            group.Map(application);
        }

        EndpointAccess.Check(application);
        return application;
    }

    // Everything that the service answers; a new capability is a folder with its group, and a line here.
    private static IEnumerable<IEndpointGroup> Endpoints(
        IServingEngine engine, WorkerOptions options, DurableState? state, MetricsSource metrics, DriftWatch drift, Updater? updater) =>
    [
        new ClassifyEndpoints(engine, options, state?.Journal),
        new ExtractEndpoints(engine, options, state?.Journal),
        new GenerateEndpoints(engine, options, state?.Journal),
        new EmbedEndpoints(engine, options),
        new CompletionEndpoints(engine, options, state?.Journal),
        new ModelEndpoints(engine),
        new TasksEndpoints(engine),
        new BundleEndpoints(engine),
        new UpdateEndpoints(updater, options),
        new AdapterEndpoints(engine, options),
        new HealthEndpoints(engine),
        new MetricsEndpoints(metrics),
        new DriftEndpoints(engine, drift),
        new ApiEndpoints(),
        new Dashboard(),
        .. state?.Endpoints() ?? [],
    ];

    private static void Configure(KestrelServerOptions kestrel, WorkerOptions options)
    {
        var limits = options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaxRequestBytes;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = limits.IdleTime;
        var rate = new MinDataRate(limits.MinBytesPerSecond, TimeSpan.FromSeconds(5));
        kestrel.Limits.MinRequestBodyDataRate = rate;
        kestrel.Limits.MinResponseDataRate = rate;
    }

    // Who reaches an address of this machine alone, or may open its socket, is its owner as far as the service can know.
    private static IReadOnlyList<Role> AnonymousRoles(WorkerOptions options) => options.Access switch
    {
        { KeyFile: null } when ListenAddresses.AreLoopback(options.Urls) => [Role.Administer],
        { AllowAnonymous: true } => [Role.Ask, Role.Feedback],
        _ => [],
    };

    private static string FromServer(string address) =>
        address.StartsWith("http://unix:", StringComparison.Ordinal) ? address["http://".Length..] : address;
}
