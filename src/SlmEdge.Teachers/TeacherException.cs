namespace SlmEdge.Teachers;

/// <summary>A teacher gave no usable answer. The message says who was asked, what came back and what to do.</summary>
public sealed class TeacherException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, where, and what to do.</param>
    /// <param name="thisRequestOnly">Whether other questions may still be answered.</param>
    /// <param name="inner">The cause, if any.</param>
    public TeacherException(string message, bool thisRequestOnly = false, Exception? inner = null)
        : base(message, inner) => ThisRequestOnly = thisRequestOnly;

    /// <summary>True when the teacher refused this one question (too long, filtered); false when it cannot be worked with.</summary>
    public bool ThisRequestOnly { get; }
}
