using System.CommandLine;
using SlmEdge.Worker;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Otlp;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary>The options of the HTTP service.</summary>
internal sealed class ServeArguments
{
    private static readonly WorkerOptions Defaults = new();

    private readonly Option<string> urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by semicolons: http://host:port, https://host:port or unix:/path/of.sock.",
        DefaultValueFactory = _ => WorkerOptions.DefaultUrl,
    };

    private readonly Option<string> socketMode = new("--socket-mode") { Description = "Who may open the Unix sockets, as an octal mode.", DefaultValueFactory = _ => "660" };

    private readonly Option<string?> keys = new("--keys") { Description = "The file with the API keys; 'slm-edge key add' makes it.", HelpName = "keys.json" };

    private readonly Option<bool> allowAnonymous = new("--allow-anonymous") { Description = "Let callers without a key ask, also from other machines." };

    private readonly Option<string?> certificate = new("--tls-certificate") { Description = "The certificate for https: PEM, or PFX.", HelpName = "cert.pem" };

    private readonly Option<string?> certificateKey = new("--tls-key") { Description = "The private key of a PEM certificate, where its file does not hold it.", HelpName = "key.pem" };

    private readonly Option<string?> passwordFile = new("--tls-password-file") { Description = "A file with the password of the PFX file or of the key.", HelpName = "FILE" };

    private readonly Option<int> maxBytes = new("--max-request-bytes") { Description = "Largest request body.", DefaultValueFactory = _ => (int)Defaults.Limits.MaxRequestBytes };

    private readonly Option<int> maxTexts = new("--max-texts") { Description = "Most texts in one request.", DefaultValueFactory = _ => Defaults.Limits.MaxTexts };

    private readonly Option<int> maxTokens = new("--max-request-tokens") { Description = "Most tokens that one request may have written.", DefaultValueFactory = _ => Defaults.Limits.MaxTokens };

    private readonly Option<double> requestSeconds = new("--request-seconds") { Description = "Seconds until a request is given up.", DefaultValueFactory = _ => Defaults.Limits.RequestTime.TotalSeconds };

    private readonly Option<double> rate = new("--rate") { Description = "Requests a second of one key, or one address without a key, on average; 0 is without limit." };

    private readonly Option<int> burst = new("--burst") { Description = "Requests that a quiet caller may send at once, with --rate.", DefaultValueFactory = _ => Defaults.Limits.Burst };

    private readonly Option<int> maxConnections = new("--max-connections") { Description = "Most connections at the same time.", DefaultValueFactory = _ => Defaults.Limits.MaxConnections };

    private readonly Option<string?> data = new("--data") { Description = "Folder for jobs and the decision journal; 'none' keeps neither. Default: STATE_DIRECTORY, as systemd sets it, else slm-edge in the user's state folder.", HelpName = "DIR" };

    private readonly Option<string?> inbox = new("--inbox") { Description = "Folder whose .jsonl, .csv and .txt files are jobs; needs --data.", HelpName = "DIR" };

    private readonly Option<double> inboxSettle = new("--inbox-settle") { Description = "Seconds for which a file in the inbox has to be left alone before it is taken.", DefaultValueFactory = _ => 2 };

    private readonly Option<string?> broker = new("--broker") { Description = "RabbitMQ broker whose messages are decided: amqp://host:port/vhost or amqps://; needs --data.", HelpName = "URL" };

    private readonly Option<string?> brokerQueue = new("--broker-queue") { Description = "Queue that is read; what cannot be decided goes to the queue of this name with '.dead' added.", HelpName = "NAME" };

    private readonly Option<string?> brokerResults = new("--broker-results") { Description = "Queue of the answers that name no reply_to; with --broker-exchange their routing key.", HelpName = "NAME" };

    private readonly Option<string> brokerExchange = new("--broker-exchange") { Description = "Exchange of the answers, for example amq.topic for MQTT devices. Default: none, straight to the queue.", DefaultValueFactory = _ => "" };

    private readonly Option<string?> brokerCredentials = new("--broker-credentials") { Description = "File with the broker's user on its first line and the password on its second.", HelpName = "FILE" };

    private readonly Option<string?> brokerAuthorities = new("--broker-ca") { Description = "PEM file of the authorities that vouch for the broker's certificate. Default: the system's.", HelpName = "FILE" };

    private readonly Option<int> brokerPrefetch = new("--broker-prefetch") { Description = "Messages under way at once.", DefaultValueFactory = _ => 64 };

    private readonly Option<string> journalText = new("--journal-text") { Description = "What the journal keeps of the texts: none, redacted or full.", DefaultValueFactory = _ => "none" };

    private readonly Option<long> journalEntries = new("--journal-entries") { Description = "Most entries of the journal.", DefaultValueFactory = _ => Defaults.Journal.MaxEntries };

    private readonly Option<long> journalBytes = new("--journal-bytes") { Description = "Most bytes of the journal's entries.", DefaultValueFactory = _ => Defaults.Journal.MaxBytes };

    private readonly Option<int> journalDays = new("--journal-days") { Description = "Days after which an entry goes; 0 is never." };

    private readonly Option<string?> webhook = new("--webhook") { Description = "Address that alarms are posted to, as JSON: http or https. Default: none.", HelpName = "URL" };

    private readonly Option<string?> otlp = new("--otlp") { Description = "Collector that metrics are sent to twice a minute, as OTLP over HTTP in JSON, for example http://localhost:4318. Default: none.", HelpName = "URL" };

    private readonly Option<bool> logRequests = new("--log-requests") { Description = "Write a line for every request, not only for what failed." };

    private readonly Option<bool> logText = new("--log-text") { Description = "Write the texts that are asked about into those lines." };

    public ServeArguments(Command command)
    {
        maxBytes.AtLeast(1);
        maxTexts.AtLeast(1);
        maxTokens.AtLeast(1);
        requestSeconds.Between(0.1, 86_400);
        rate.Between(0, 1e6);
        burst.AtLeast(1);
        maxConnections.AtLeast(1);
        journalText.AcceptOnlyFromAmong("none", "redacted", "full");
        journalDays.AtLeast(0);
        inboxSettle.Between(0.05, 3600);
        brokerPrefetch.AtLeast(1);
        foreach (var option in new Option[]
        {
            urls, socketMode, keys, allowAnonymous, certificate, certificateKey, passwordFile,
            maxBytes, maxTexts, maxTokens, requestSeconds, rate, burst, maxConnections, logRequests, logText,
            data, inbox, inboxSettle, broker, brokerQueue, brokerResults, brokerExchange, brokerCredentials, brokerAuthorities, brokerPrefetch, journalText, journalEntries, journalBytes, journalDays, webhook, otlp,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UsageException">The options contradict each other, or would leave the service open to everybody.</exception>
    public WorkerOptions Read(ParseResult parsed)
    {
        var options = new WorkerOptions
        {
            Urls = parsed.GetValue(urls)!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            SocketMode = Mode(parsed.GetValue(socketMode)!),
            Tls = ReadTls(parsed),
            Access = new AccessOptions { KeyFile = parsed.GetValue(keys), AllowAnonymous = parsed.GetValue(allowAnonymous) },
            Limits = new LimitOptions
            {
                MaxRequestBytes = parsed.GetValue(maxBytes),
                MaxTexts = parsed.GetValue(maxTexts),
                MaxTokens = parsed.GetValue(maxTokens),
                RequestTime = TimeSpan.FromSeconds(parsed.GetValue(requestSeconds)),
                RequestsPerSecond = parsed.GetValue(rate),
                Burst = parsed.GetValue(burst),
                MaxConnections = parsed.GetValue(maxConnections),
            },
            DataDirectory = StateFolder.Find(parsed.GetValue(data)),
            Inbox = parsed.GetValue(inbox) is { } folder ? Inbox(folder, parsed.GetValue(inboxSettle)) : null,
            Broker = ReadBroker(parsed),
            Journal = new JournalOptions
            {
                Text = Enum.Parse<JournalText>(parsed.GetValue(journalText)!, ignoreCase: true),
                MaxEntries = parsed.GetValue(journalEntries),
                MaxBytes = parsed.GetValue(journalBytes),
                MaxAge = parsed.GetValue(journalDays) is > 0 and var days ? TimeSpan.FromDays(days) : null,
            },
            Webhook = parsed.GetValue(webhook) is { } hook ? new WebhookOptions { Address = Address(hook, "--webhook") } : null,
            Otlp = parsed.GetValue(otlp) is { } collector ? new OtlpOptions { Address = Address(collector, "--otlp") } : null,
            Log = Console.Error.WriteLine,
            LogRequests = parsed.GetValue(logRequests) || parsed.GetValue(logText),
            LogText = parsed.GetValue(logText),
        };
        try
        {
            WorkerService.Check(options);
        }
        catch (WorkerException error)
        {
            throw new UsageException(error.Message, error);
        }

        return options;
    }

    private static Uri Address(string text, string option) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new UsageException($"{option} has to be an http or https address, not '{text}'.");

    private static UnixFileMode Mode(string octal)
    {
        if (octal.Length is not (3 or 4) || octal.Any(digit => digit is < '0' or > '7'))
        {
            throw new UsageException($"--socket-mode has to be an octal mode such as 660, not '{octal}'.");
        }

        return (UnixFileMode)Convert.ToInt32(octal, 8);
    }

    private TlsOptions? ReadTls(ParseResult parsed)
    {
        if (parsed.GetValue(certificate) is not { } file)
        {
            return parsed.GetValue(certificateKey) is null && parsed.GetValue(passwordFile) is null
                ? null
                : throw new UsageException("--tls-key and --tls-password-file belong to a certificate; give --tls-certificate too.");
        }

        // A password on the command line would stand in the list of processes.
        var password = parsed.GetValue(passwordFile) is { } path ? File.ReadAllText(path).TrimEnd('\r', '\n') : null;
        return new TlsOptions { CertificateFile = file, KeyFile = parsed.GetValue(certificateKey), Password = password };
    }

    private BrokerOptions? ReadBroker(ParseResult parsed)
    {
        if (parsed.GetValue(broker) is not { } address)
        {
            return null;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            throw new UsageException($"--broker has to be an address such as amqp://localhost:5672, not '{address}'.");
        }

        return new BrokerOptions
        {
            Address = uri,
            Queue = parsed.GetValue(brokerQueue) ?? throw new UsageException("--broker needs a queue to read; give --broker-queue too."),
            Results = parsed.GetValue(brokerResults) ?? throw new UsageException("--broker needs a place for the answers; give --broker-results too."),
            ResultsExchange = parsed.GetValue(brokerExchange)!,
            CredentialsFile = parsed.GetValue(brokerCredentials),
            AuthorityFile = parsed.GetValue(brokerAuthorities),
            Prefetch = (ushort)Math.Min(parsed.GetValue(brokerPrefetch), ushort.MaxValue),
        };
    }

    // Looking twice within the time tells whether a file was left alone.
    private static InboxOptions Inbox(string folder, double settle) => new()
    {
        Folder = folder,
        Settle = TimeSpan.FromSeconds(settle),
        Interval = TimeSpan.FromSeconds(Math.Min(1, settle / 2)),
    };
}
