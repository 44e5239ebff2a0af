namespace SlmEdge.Worker;

/// <summary>How the HTTP service listens and what it accepts.</summary>
public sealed record WorkerOptions
{
    /// <summary>The default address: reachable from this machine only.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8088";

    /// <summary>Addresses to listen on, <c>http://host:port</c>. Port 0 lets the system choose.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [DefaultUrl];

    /// <summary>Largest request body in bytes. Default: 4 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Most texts in one request. Default: 1,000.</summary>
    public int MaxTexts { get; init; } = 1000;

    /// <summary>How long requests that run may take to finish when the service stops. Default: 10 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Receives a line for every failed evaluation, never the content of a text; <see langword="null"/> for none.</summary>
    public Action<string>? Log { get; init; }
}
