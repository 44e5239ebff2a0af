using SlmEdge.Worker.Access;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Otlp;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker;

/// <summary>How the HTTP service listens, whom it answers and what it accepts.</summary>
public sealed record WorkerOptions
{
    /// <summary>The default address: reachable from this machine only.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8088";

    /// <summary>
    /// Addresses to listen on: <c>http://host:port</c>, <c>https://host:port</c> (with <see cref="Tls"/>) or <c>unix:/path/of.sock</c>. Port 0 lets the system choose.
    /// </summary>
    public IReadOnlyList<string> Urls { get; init; } = [DefaultUrl];

    /// <summary>The certificate of the <c>https</c> addresses; <see langword="null"/> where there are none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Who may open the Unix sockets, as a mode of the file system. Default: the owner and the group (0660).</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Who may call.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>How much may be asked.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>Which adapters may be loaded, and who gets which.</summary>
    public AdapterServing Adapters { get; init; } = new();

    /// <summary>
    /// Folder for what outlives the process: jobs and the decision journal. Null, the default, keeps nothing and has no such routes. One service a folder.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>What the decision journal keeps; needs <see cref="DataDirectory"/>.</summary>
    public JournalOptions Journal { get; init; } = new();

    /// <summary>A folder whose files are jobs; needs <see cref="DataDirectory"/>. Null for none.</summary>
    public InboxOptions? Inbox { get; init; }

    /// <summary>The store that the bundle comes from, for <see cref="WorkerService.StartFromStoreAsync"/>; <see langword="null"/> where it is served by its path and not updated.</summary>
    public UpdateOptions? Updates { get; init; }

    /// <summary>A broker whose messages are decided; needs <see cref="DataDirectory"/>. Null for none.</summary>
    public BrokerOptions? Broker { get; init; }

    /// <summary>Where alarms are sent; <see langword="null"/>, the default, sends none.</summary>
    public WebhookOptions? Webhook { get; init; }

    /// <summary>Where metrics are sent; <see langword="null"/>, the default, sends none.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>How long requests that run may take to finish when the service stops. Default: 10 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Receives the log, a JSON object a line, from any thread; <see langword="null"/> for none.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Whether every request has a line in the log, not only what failed.</summary>
    public bool LogRequests { get; init; }

    /// <summary>Whether the lines of requests hold the texts that were asked about. They are somebody's: leave it off unless you look for a fault.</summary>
    public bool LogText { get; init; }
}
