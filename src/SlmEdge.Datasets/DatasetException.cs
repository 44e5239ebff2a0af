namespace SlmEdge.Datasets;

/// <summary>Work on a data set cannot be done as asked. The message says what was wrong, where, and what to do.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
    public DatasetException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
