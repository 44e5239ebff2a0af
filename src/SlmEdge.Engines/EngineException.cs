namespace SlmEdge.Engines;

/// <summary>
/// An inference engine could not do what it was asked: the model does not load, a text does not fit the context,
/// an evaluation failed. The message says what, where, and what to do.
/// </summary>
public sealed class EngineException : Exception
{
    /// <summary>Creates the exception with a message that says what was wrong, where, and what to do.</summary>
    public EngineException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and the error that led to it.</summary>
    public EngineException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
