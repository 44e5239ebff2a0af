namespace SlmEdge.Worker.Http;

/// <summary>A request that cannot be answered, in the terms of problem details (RFC 9457).</summary>
internal sealed class HttpProblem(int status, string type, string title, string detail, TimeSpan? retryAfter = null) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>The last part of the <c>type</c>; stable, for programs.</summary>
    public string Type { get; } = type;

    public string Title { get; } = title;

    public string Detail { get; } = detail;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
