using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using SlmEdge.Bundles.Drift;

namespace SlmEdge.Worker.Drift;

/// <summary>Posts alarms as JSON, one after the other, until each is taken with a status of 200 to 299 or was tried too often.</summary>
internal sealed class AlarmWebhook : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly WebhookOptions options;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly HttpClient client;
    private readonly Channel<byte[]> waiting;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private long sent;
    private long lost;

    public AlarmWebhook(WebhookOptions options, WorkerLog log, TimeProvider time)
    {
        this.options = options;
        this.log = log;
        this.time = time;

        // Redirects are not followed: alarms go where the owner said.
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = options.Timeout };
        waiting = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(options.MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Lose("too many alarms wait"));
        loop = Task.Run(RunAsync);
    }

    /// <summary>Alarms that were taken.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>Alarms that were given up.</summary>
    public long Lost => Volatile.Read(ref lost);

    /// <summary>Sends an alarm soon; never waits.</summary>
    public void Send(DriftAlarm alarm, DriftAccuracy? accuracy)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event", alarm.Change.Begins ? "drift-alarm" : "drift-ended");
            DriftJson.WriteFields(json, alarm);
            DriftJson.WriteAccuracy(json, accuracy);
            json.WriteEndObject();
        }

        waiting.Writer.TryWrite(buffer.WrittenSpan.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        client.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var body in waiting.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await DeliverAsync(body).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops; the alarms stand in its log and, with a data folder, in its state.
        }
    }

    private async Task DeliverAsync(byte[] body)
    {
        var wait = options.FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            if (await PostAsync(body).ConfigureAwait(false) is not { } problem)
            {
                Interlocked.Increment(ref sent);
                return;
            }

            if (attempt == options.MaxTries)
            {
                Lose(problem);
                return;
            }

            await Task.Delay(wait, time, stop.Token).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task<string?> PostAsync(byte[] body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Address) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : $"it answered {(int)response.StatusCode}";
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return error.Message;
        }
    }

    private void Lose(string problem)
    {
        Interlocked.Increment(ref lost);
        log.Write(WorkerLogLevel.Error, "webhook-failed", ("detail", $"An alarm did not reach the webhook and is given up: {problem}"));
    }
}
