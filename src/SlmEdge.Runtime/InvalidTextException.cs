namespace SlmEdge.Runtime;

/// <summary>A text cannot be used as it stands: it is empty, too long for the context, or no Unicode text.</summary>
public sealed class InvalidTextException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="index">The position of the text in the list or stream, counted from 0.</param>
    public InvalidTextException(InvalidTextReason reason, string message, long index = 0)
        : base(message)
    {
        Reason = reason;
        Index = index;
    }

    /// <summary>Why the text was refused.</summary>
    public InvalidTextReason Reason { get; }

    /// <summary>The position of the text in the list or stream that it came in, counted from 0; 0 for a single text.</summary>
    public long Index { get; }
}
