namespace SlmEdge.Runtime;

/// <summary>The request's deadline passed while it waited: it was not started.</summary>
public sealed class DeadlineMissedException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="deadline">The time that the request was given to start.</param>
    /// <param name="waited">The time that it waited.</param>
    public DeadlineMissedException(TimeSpan deadline, TimeSpan waited)
        : base($"The request waited {waited.TotalMilliseconds:0} ms and was to start within {deadline.TotalMilliseconds:0} ms; it was not started. Try again, or allow more time.")
    {
        Deadline = deadline;
        Waited = waited;
    }

    /// <summary>The time that the request was given to start.</summary>
    public TimeSpan Deadline { get; }

    /// <summary>The time that it waited.</summary>
    public TimeSpan Waited { get; }
}
