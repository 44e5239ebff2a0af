namespace SlmEdge.Training;

/// <summary>
/// Training cannot start or go on: contradictory settings, data that supervises nothing, a loss that is not finite,
/// a base that does not fit its adapter. The message says what was wrong, where, and what to do.
/// </summary>
public sealed class TrainingException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    /// <param name="message">What was wrong, where, and what to do.</param>
    /// <param name="inner">The underlying error, if any.</param>
    public TrainingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
