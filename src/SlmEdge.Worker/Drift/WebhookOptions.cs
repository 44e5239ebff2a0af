namespace SlmEdge.Worker.Drift;

/// <summary>Where alarms are sent.</summary>
public sealed record WebhookOptions
{
    /// <summary>The address: <c>http</c> or <c>https</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>How long one try may take. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait after the first failure; it doubles with each one, up to five minutes. Default: 1 second.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Tries until an alarm is given up. Default: 12, about half an hour.</summary>
    public int MaxTries { get; init; } = 12;

    /// <summary>Alarms that may wait; the oldest go. Default: 64.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>Checks the values.</summary>
    /// <exception cref="WorkerException">One is out of range.</exception>
    internal void Validate()
    {
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
        {
            throw new WorkerException($"A webhook has to be an http or https address, not '{Address.OriginalString}'.");
        }

        if (MaxTries < 1 || MaxWaiting < 1 || Timeout <= TimeSpan.Zero || FirstWait < TimeSpan.Zero)
        {
            throw new WorkerException("A limit of the webhook is out of range.");
        }
    }
}
