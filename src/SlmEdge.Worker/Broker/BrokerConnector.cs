using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace SlmEdge.Worker.Broker;

/// <summary>Connects to the broker, and makes what is missing there.</summary>
internal static class BrokerConnector
{
    /// <exception cref="WorkerException">The file of credentials or authorities cannot be used.</exception>
    public static ConnectionFactory Factory(BrokerOptions options)
    {
        options.Validate();
        // The loop in BrokerWorker reconnects: what was unacknowledged must be decided anew by the new channel, not by the old one's tags.
        var factory = new ConnectionFactory { Uri = options.Address, AutomaticRecoveryEnabled = false, TopologyRecoveryEnabled = false, ClientProvidedName = "slm-edge" };
        try
        {
            if (options.CredentialsFile is { } file)
            {
                if (new FileInfo(file).Length > 4096 || File.ReadAllLines(file) is not [var user, var password, ..])
                {
                    throw new WorkerException($"'{file}' is no file of credentials: the user's name stands on its first line, the password on its second.");
                }

                (factory.UserName, factory.Password) = (user, password);
            }

            if (options.AuthorityFile is { } authorities)
            {
                var trusted = new X509Certificate2Collection();
                trusted.ImportFromPemFile(authorities);
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.AddRange(trusted);
                factory.Ssl.CertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    if (certificate is null || (errors & ~System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors) != 0)
                    {
                        return false;
                    }

                    using var chain = new X509Chain { ChainPolicy = policy.Clone() };
                    return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
                };
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new WorkerException($"A file for the broker cannot be used: {error.Message}", error);
        }

        return factory;
    }

    /// <summary>Makes the queues that are missing, durable; those that are there stay as their owner made them.</summary>
    public static async Task PrepareAsync(IConnection connection, BrokerOptions options, CancellationToken ct)
    {
        await QueueAsync(connection, options.Queue, ct).ConfigureAwait(false);
        await QueueAsync(connection, options.Queue + ".dead", ct).ConfigureAwait(false);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(options.Queue + ".dead", ExchangeType.Fanout, durable: true, cancellationToken: ct).ConfigureAwait(false);
        await channel.QueueBindAsync(options.Queue + ".dead", options.Queue + ".dead", "", cancellationToken: ct).ConfigureAwait(false);
        if (options.ResultsExchange.Length == 0)
        {
            await QueueAsync(connection, options.Results, ct).ConfigureAwait(false);
        }
    }

    private static async Task QueueAsync(IConnection connection, string name, CancellationToken ct)
    {
        try
        {
            // The broker closes a channel on a refusal: each try has its own.
            await using var asking = await connection.CreateChannelAsync(cancellationToken: ct).ConfigureAwait(false);
            await asking.QueueDeclarePassiveAsync(name, ct).ConfigureAwait(false);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            await using var making = await connection.CreateChannelAsync(cancellationToken: ct).ConfigureAwait(false);
            await making.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct).ConfigureAwait(false);
        }
    }
}
