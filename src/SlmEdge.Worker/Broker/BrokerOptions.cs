namespace SlmEdge.Worker.Broker;

/// <summary>A RabbitMQ queue whose messages are decided.</summary>
public sealed record BrokerOptions
{
    /// <summary>Where the broker is: <c>amqp://host:port/vhost</c>, or <c>amqps://</c> for TLS.</summary>
    public required Uri Address { get; init; }

    /// <summary>The queue that is read; made durable where it is missing. What cannot be decided goes to the exchange and queue of this name with <c>.dead</c> added.</summary>
    public required string Queue { get; init; }

    /// <summary>Where answers go that name no <c>reply_to</c>: a queue, or the routing key of <see cref="ResultsExchange"/>.</summary>
    public required string Results { get; init; }

    /// <summary>The exchange of the answers. Empty, the default: straight into the queue <see cref="Results"/>, which is made where it is missing.</summary>
    public string ResultsExchange { get; init; } = "";

    /// <summary>A file with the user's name on its first line and the password on its second. Null: those of the address, or the broker's guest.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>A PEM file with the authorities that may vouch for the broker's certificate (<c>amqps</c>). Null: those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Messages under way at once. Default: 64.</summary>
    public ushort Prefetch { get; init; } = 64;

    /// <summary>The largest message, in bytes. Default: 1 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>Answers that may wait for the broker; no message is decided beyond it. Default: 10,000.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>Answers that are remembered, so that a message that comes again gets the same one. Default: 100,000.</summary>
    public int MaxRemembered { get; init; } = 100_000;

    /// <summary>Checks the values.</summary>
    /// <exception cref="WorkerException">One is out of range.</exception>
    internal void Validate()
    {
        if (Address.Scheme is not ("amqp" or "amqps"))
        {
            throw new WorkerException($"'{Address.Scheme}' is no broker's scheme; write amqp://host:port/vhost, or amqps:// for TLS.");
        }

        // https://www.rabbitmq.com/docs/queues#names
        foreach (var name in new[] { Queue + ".dead", Results, ResultsExchange })
        {
            if (System.Text.Encoding.UTF8.GetByteCount(name) > 255)
            {
                throw new WorkerException($"The broker's name '{name[..40]}…' is longer than 255 bytes.");
            }
        }

        if (Queue.Length == 0 || Results.Length == 0)
        {
            throw new WorkerException("A broker needs a queue to read and a place for results; give --broker-queue and --broker-results.");
        }

        if (Prefetch == 0 || MaxMessageBytes < 1 || MaxWaiting < 1 || MaxRemembered < 1)
        {
            throw new WorkerException("The broker's limits have to be 1 at least.");
        }
    }
}
