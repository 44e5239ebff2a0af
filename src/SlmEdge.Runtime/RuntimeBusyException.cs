namespace SlmEdge.Runtime;

/// <summary>The queue in front of the engine is full: nothing was started; try again after <see cref="RetryAfter"/>.</summary>
public sealed class RuntimeBusyException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="queueCapacity">Texts that the queue holds.</param>
    /// <param name="retryAfter">When room is likely.</param>
    public RuntimeBusyException(int queueCapacity, TimeSpan retryAfter)
        : base($"The queue in front of the engine is full ({queueCapacity} texts are waiting). Try again in a moment.")
    {
        QueueCapacity = queueCapacity;
        RetryAfter = retryAfter;
    }

    /// <summary>Texts that the queue holds.</summary>
    public int QueueCapacity { get; }

    /// <summary>A time after which room is likely.</summary>
    public TimeSpan RetryAfter { get; }
}
