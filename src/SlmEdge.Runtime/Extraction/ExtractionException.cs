namespace SlmEdge.Runtime.Extraction;

/// <summary>The model's answer is no complete document of the schema. Nothing of it is handed out.</summary>
public sealed class ExtractionException : RuntimeException
{
    /// <summary>Creates the exception with a message that says what was wrong and what to do.</summary>
    public ExtractionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and the error that led to it.</summary>
    public ExtractionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
