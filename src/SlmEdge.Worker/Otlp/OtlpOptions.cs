namespace SlmEdge.Worker.Otlp;

/// <summary>Where the metrics are sent.</summary>
public sealed record OtlpOptions
{
    /// <summary>A collector that takes OTLP over HTTP, for example <c>http://localhost:4318</c>; <c>/v1/metrics</c> is added where the address has no path.</summary>
    public required Uri Address { get; init; }

    /// <summary>How often. Default: every 30 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try may take. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks the values.</summary>
    /// <exception cref="WorkerException">One is out of range.</exception>
    internal void Validate()
    {
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
        {
            throw new WorkerException($"The collector has to be an http or https address such as http://localhost:4318, not '{Address.OriginalString}'.");
        }

        if (Interval <= TimeSpan.Zero || Timeout <= TimeSpan.Zero)
        {
            throw new WorkerException("The interval and the timeout of the collector have to be above 0.");
        }
    }
}
