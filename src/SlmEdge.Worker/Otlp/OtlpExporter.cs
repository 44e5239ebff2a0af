using System.Net.Http.Headers;
using SlmEdge.Worker.Metrics;

namespace SlmEdge.Worker.Otlp;

/// <summary>
/// Sends all metrics to a collector, again and again. A collector that is away is tried again at the next turn; nothing is lost by it, since all figures are since the
/// start.
/// </summary>
internal sealed class OtlpExporter : IAsyncDisposable
{
    private readonly OtlpOptions options;
    private readonly MetricsSource source;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly Uri address;
    private readonly HttpClient client;
    private readonly string instance = Guid.NewGuid().ToString();
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private bool isTroubled;

    public OtlpExporter(OtlpOptions options, MetricsSource source, WorkerLog log, TimeProvider time)
    {
        this.options = options;
        this.source = source;
        this.log = log;
        this.time = time;
        address = options.Address.AbsolutePath == "/" ? new Uri(options.Address, "/v1/metrics") : options.Address;
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = options.Timeout };
        loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        client.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                Report(await SendAsync().ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private async Task<string?> SendAsync()
    {
        try
        {
            var body = OtlpJson.Write(
                source.Read(),
                [("service.name", "slm-edge"), ("service.version", typeof(OtlpExporter).Assembly.GetName().Version?.ToString(3) ?? ""), ("service.instance.id", instance), ("host.name", Environment.MachineName)],
                source.Started,
                time.GetUtcNow());
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : $"{address} answered {(int)response.StatusCode}.";
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return $"{address} cannot be reached: {error.Message}";
        }
    }

    private void Report(string? problem)
    {
        if (problem is not null && !isTroubled)
        {
            log.Write(WorkerLogLevel.Warning, "otlp-failed", ("detail", problem));
        }
        else if (problem is null && isTroubled)
        {
            log.Write(WorkerLogLevel.Information, "otlp-recovered", ("detail", $"{address} takes metrics again."));
        }

        isTroubled = problem is not null;
    }
}
