namespace SlmEdge.Worker.Limits;

/// <summary>How much one request, one caller and all of them together may ask of the service.</summary>
public sealed record LimitOptions
{
    /// <summary>Largest request body in bytes. Default: 4 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Most texts in one request. Default: 1,000.</summary>
    public int MaxTexts { get; init; } = 1000;

    /// <summary>Most tokens that one request may have written; a request for more is refused. Default: 4,096.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Time from the head of a request to the end of its answer; what takes longer is given up. Default: 5 minutes.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time for the head of a request to arrive. Default: 10 seconds.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that a connection without a request is kept. Default: 2 minutes.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes a second that a body has to come with, and an answer to be taken with, after five seconds of grace. Default: 240.</summary>
    public double MinBytesPerSecond { get; init; } = 240;

    /// <summary>Most connections at the same time; further ones are closed at once. Default: 1,024.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Requests a second of one caller (a key, or an address without one) on average; 0, the default, is without limit.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Requests that a caller who was quiet may send at once. Default: 50. Only with <see cref="RequestsPerSecond"/>.</summary>
    public int Burst { get; init; } = 50;

    /// <summary>Checks the ranges, as the service does when it starts.</summary>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTexts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HeaderTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Burst, 1);
        if (!double.IsFinite(MinBytesPerSecond) || MinBytesPerSecond <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(MinBytesPerSecond), MinBytesPerSecond, "has to be above 0");
        }

        if (!double.IsFinite(RequestsPerSecond) || RequestsPerSecond < 0 || RequestsPerSecond > 1e6)
        {
            throw new ArgumentOutOfRangeException(nameof(RequestsPerSecond), RequestsPerSecond, "has to be from 0 (no limit) to a million");
        }
    }
}
