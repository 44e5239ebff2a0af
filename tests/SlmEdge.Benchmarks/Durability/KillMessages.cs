using System.Text;
using RabbitMQ.Client;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>Sends messages to the queue of a service that may be killed at any moment, and collects the answers.</summary>
internal sealed class KillMessages : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly Dictionary<string, byte[]> answers = new(StringComparer.Ordinal);

    private KillMessages(IConnection connection, IChannel channel)
    {
        this.connection = connection;
        this.channel = channel;
    }

    /// <summary>Messages that the broker has taken, with their texts.</summary>
    public Dictionary<string, string> Sent { get; } = new(StringComparer.Ordinal);

    /// <summary>The first answer to each message.</summary>
    public IReadOnlyDictionary<string, byte[]> Answers => answers;

    /// <summary>Answers that came again, as they may after a crash.</summary>
    public int Repeated { get; private set; }

    /// <summary>Answers that came again with another body.</summary>
    public List<string> Changed { get; } = [];

    public static async Task<KillMessages> ConnectAsync(Uri address)
    {
        var connection = await new ConnectionFactory { Uri = address, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var queue in new[] { KilledService.Queue, KilledService.Queue + ".dead", KilledService.Results })
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        }

        return new KillMessages(connection, channel);
    }

    /// <summary>Publishes messages; they count when the broker has confirmed them.</summary>
    public async Task SendAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = $"message-{Sent.Count + 1}";
            var text = $"The hose of {id} is torn.";
            await channel.BasicPublishAsync("", KilledService.Queue, mandatory: true, new BasicProperties { Persistent = true, MessageId = id }, Encoding.UTF8.GetBytes(text));
            Sent.Add(id, text);
        }
    }

    /// <summary>Takes all answers that there are.</summary>
    public async Task CollectAsync()
    {
        while (await channel.BasicGetAsync(KilledService.Results, autoAck: true) is { } got)
        {
            var id = got.BasicProperties.MessageId ?? throw new BenchmarkException("An answer came without the id of its message.");
            if (answers.TryAdd(id, got.Body.ToArray()))
            {
                continue;
            }

            Repeated++;
            if (!got.Body.Span.SequenceEqual(answers[id]))
            {
                Changed.Add(id);
            }
        }
    }

    /// <summary>Messages of a queue that nobody has.</summary>
    public Task<uint> CountAsync(string queue) => channel.MessageCountAsync(queue);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
