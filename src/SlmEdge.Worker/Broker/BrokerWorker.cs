using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using SlmEdge.Runtime;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Storage;
using SlmEdge.Worker.Suspects;

namespace SlmEdge.Worker.Broker;

/// <summary>
/// Decides the messages of a queue. A message is acknowledged when its answer is on this machine's disk, and an answer leaves the outbox when the broker
/// confirmed it; between the two either side may be killed.
/// </summary>
internal sealed class BrokerWorker(BrokerOptions options, BrokerOutbox outbox, RowDecider decider, SuspectLane lane, WorkerLog log, TimeProvider time) : IAsyncDisposable
{
    private const int SentTogether = 256;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly ConnectionFactory factory = BrokerConnector.Factory(options);
    private readonly JobInfo source = new(options.Queue, options.Queue, JobState.Running, default, null, 0, 0, 0, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim news = new(0, 1);
    private Task loop = Task.CompletedTask;

    public void Start() => loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        news.Dispose();
    }

    private async Task RunAsync()
    {
        var wait = FirstWait;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(stop.Token).ConfigureAwait(false);
                await BrokerConnector.PrepareAsync(connection, options, stop.Token).ConfigureAwait(false);
                log.Write(WorkerLogLevel.Information, "broker-connected", ("queue", options.Queue));
                wait = FirstWait;
                await ServeAsync(connection).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                log.Write(WorkerLogLevel.Warning, "broker-away", ("queue", options.Queue), ("detail", $"{error.GetType().Name}: {error.Message}"), ("retryMilliseconds", wait.TotalMilliseconds));
            }

            // Spread, so that a fleet does not come back in one moment.
            await Task.Delay(wait * (0.5 + (Random.Shared.NextDouble() / 2)), time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task ServeAsync(IConnection connection)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var gone = ended.Token;
        await using var publishing = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), gone).ConfigureAwait(false);
        await using var consuming = await connection.CreateChannelAsync(new CreateChannelOptions(false, false, null, options.Prefetch), gone).ConfigureAwait(false);
        AsyncEventHandler<ShutdownEventArgs> end = (_, _) => ended.CancelAsync();
        publishing.ChannelShutdownAsync += end;
        consuming.ChannelShutdownAsync += end;
        await consuming.BasicQosAsync(0, options.Prefetch, false, gone).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(consuming);
        // What is being decided when the connection ends is kept all the same: only the service's end gives it up.
        consumer.ReceivedAsync += (_, delivery) => HandleAsync(consuming, delivery, stop.Token);
        // The owner deleted the queue: begin anew.
        consumer.UnregisteredAsync += (_, _) => ended.CancelAsync();
        await consuming.BasicConsumeAsync(options.Queue, autoAck: false, consumer, gone).ConfigureAwait(false);
        try
        {
            while (true)
            {
                gone.ThrowIfCancellationRequested();
                if (!await SendAsync(publishing, gone).ConfigureAwait(false))
                {
                    await news.WaitAsync(Idle, gone).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new IOException($"The connection ended: {consuming.CloseReason?.ReplyText ?? publishing.CloseReason?.ReplyText ?? "the queue was deleted"}");
        }
        finally
        {
            publishing.ChannelShutdownAsync -= end;
            consuming.ChannelShutdownAsync -= end;
        }
    }

    private async Task<bool> SendAsync(IChannel channel, CancellationToken ct)
    {
        var waiting = outbox.Waiting(SentTogether);
        if (waiting.Count == 0)
        {
            return false;
        }

        await Task.WhenAll(waiting.Select(answer => PublishAsync(channel, answer, ct))).ConfigureAwait(false);
        await outbox.SentAsync([.. waiting.Select(answer => answer.Sequence)]).ConfigureAwait(false);
        return true;
    }

    private async Task PublishAsync(IChannel channel, BrokerAnswer answer, CancellationToken ct)
    {
        var properties = new BasicProperties { Persistent = true, MessageId = answer.Id, CorrelationId = answer.Correlation ?? answer.Id };
        if (answer.Reason is { } reason)
        {
            properties.Headers = new Dictionary<string, object?> { ["x-slm-edge-reason"] = reason, ["x-slm-edge-queue"] = options.Queue };
            await channel.BasicPublishAsync(options.Queue + ".dead", "", mandatory: true, properties, answer.Body, ct).ConfigureAwait(false);
            return;
        }

        properties.ContentType = "application/json";
        if (answer.ReplyTo is { } reply)
        {
            try
            {
                await channel.BasicPublishAsync("", reply, mandatory: true, properties, answer.Body, ct).ConfigureAwait(false);
                return;
            }
            catch (PublishException gone) when (gone.IsReturn)
            {
                // Who asked is not there any more: the answer goes where the others go.
            }
        }

        // Subscribers of an exchange may come and go: no one there is no error.
        await channel.BasicPublishAsync(options.ResultsExchange, options.Results, mandatory: options.ResultsExchange.Length == 0, properties, answer.Body, ct).ConfigureAwait(false);
    }

    private async Task HandleAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken ct)
    {
        // The body is the client's again once this method waits for nothing more.
        var tag = delivery.DeliveryTag;
        var message = BrokerMessage.Parse(delivery.Body, options.MaxMessageBytes);
        var properties = delivery.BasicProperties;
        var id = properties.MessageId is { Length: > 0 } given ? given : message.Id ?? Guid.NewGuid().ToString("N");
        var body = message.Text is null ? delivery.Body[..Math.Min(delivery.Body.Length, options.MaxMessageBytes)].ToArray() : Encoding.UTF8.GetBytes(message.Text);
        var reply = properties.ReplyTo is { Length: > 0 } named ? named : null;
        var correlation = properties.CorrelationId is { Length: > 0 } known ? known : null;
        // What was not acknowledged before a crash may have been its cause. A message without an id is known by its body then.
        var suspect = delivery.Redelivered && lane.IsSuspicious
            ? properties.MessageId is { Length: > 0 } ? id : message.Id ?? Convert.ToHexStringLower(SHA256.HashData(body))
            : null;
        var wait = FirstWait;
        for (var attempts = 0; !ct.IsCancellationRequested;)
        {
            try
            {
                if (!await outbox.AnswerAgainAsync(id, reply, correlation).ConfigureAwait(false))
                {
                    if (outbox.IsFull)
                    {
                        throw new StorageException("The outbox is full.");
                    }

                    var outcome = message.Text is null
                        ? new RowOutcome(1, null, message.Reason, null, null)
                        : await DecideAsync(new JobRow(1, message.Text, attempts), suspect, ct).ConfigureAwait(false);
                    suspect = null;
                    if (outcome.RetryAt is { } later)
                    {
                        attempts++;
                        await Task.Delay(later - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero, time, ct).ConfigureAwait(false);
                        continue;
                    }

                    var answer = new BrokerAnswer(0, id, outcome.Result is { } result ? Encoding.UTF8.GetBytes(result) : body, outcome.Error, reply, correlation);
                    await outbox.KeepAsync(answer, outcome.Entry, outcome.Kind).ConfigureAwait(false);
                }

                Wake();
                await channel.BasicAckAsync(tag, multiple: false, ct).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (error is RuntimeBusyException or RuntimeStoppedException or EngineEndedException or StorageException)
            {
                // Not the message's fault: it stays unacknowledged, and is tried again.
                await Task.Delay(wait, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (Exception error) when (error is OperationCanceledException or AlreadyClosedException or ObjectDisposedException)
            {
                // The broker gives the message out again.
                return;
            }
        }
    }

    private async Task<RowOutcome> DecideAsync(JobRow row, string? suspect, CancellationToken ct)
    {
        if (suspect is not null)
        {
            return await lane.AloneAsync(
                "broker:" + options.Queue,
                suspect,
                async () => (await decider.DecideAsync(source, [row], ct).ConfigureAwait(false))[0],
                new RowOutcome(1, null, SuspectLane.Reason, null, null),
                ct).ConfigureAwait(false);
        }

        using var place = await lane.TogetherAsync(ct).ConfigureAwait(false);
        return (await decider.DecideAsync(source, [row], ct).ConfigureAwait(false))[0];
    }

    private void Wake()
    {
        try
        {
            news.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It was woken already, or has ended.
        }
    }
}
