namespace SlmEdge.Teachers.Endpoint;

/// <summary>One attempt that failed in a way that another may not.</summary>
/// <param name="message">What happened, as part of a sentence.</param>
/// <param name="pause">The pause that the endpoint asked for.</param>
/// <param name="inner">The cause, if any.</param>
internal sealed class EndpointFailure(string message, TimeSpan? pause = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? Pause { get; } = pause;
}
