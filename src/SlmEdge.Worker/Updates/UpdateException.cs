namespace SlmEdge.Worker.Updates;

/// <summary>An update that is not made; what runs goes on running.</summary>
/// <param name="reason">The reason, for programs.</param>
/// <param name="message">The reason, for people, and what to do.</param>
internal sealed class UpdateException(UpdateRefusal reason, string message) : Exception(message)
{
    public UpdateRefusal Reason { get; } = reason;
}
