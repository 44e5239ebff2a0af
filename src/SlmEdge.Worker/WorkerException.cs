namespace SlmEdge.Worker;

/// <summary>The service cannot be started as asked: an address is wrong or taken. The message says what to change.</summary>
public sealed class WorkerException : Exception
{
    /// <summary>Creates the exception with a message that says what was wrong and what to do.</summary>
    public WorkerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and the error that led to it.</summary>
    public WorkerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
