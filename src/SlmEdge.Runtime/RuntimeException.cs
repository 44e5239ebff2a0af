namespace SlmEdge.Runtime;

/// <summary>
/// The runtime could not do what it was asked. The message says what was wrong and what to do. The derived types tell
/// apart what a caller can react to; this type itself stands for failures of the engine and of the bundle's content.
/// </summary>
public class RuntimeException : Exception
{
    /// <summary>Creates the exception with a message that says what was wrong and what to do.</summary>
    public RuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and the error that led to it.</summary>
    public RuntimeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
