namespace SlmEdge.Export;

/// <summary>An export cannot be done: the parts do not belong together, or the model is of a kind that the target cannot hold. The message says which part and what to do.</summary>
public sealed class ExportException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
    public ExportException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
