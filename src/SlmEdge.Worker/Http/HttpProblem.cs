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

    /// <summary>The field of the request that is wrong; null where none is.</summary>
    public string? Field { get; init; }

    /// <summary>A request that is wrong in itself: sending it again does not help.</summary>
    public static HttpProblem Bad(string type, string title, string detail, string? field = null) => new(400, type, title, detail) { Field = field };
}
