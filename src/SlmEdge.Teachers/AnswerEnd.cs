namespace SlmEdge.Teachers;

/// <summary>Why an answer ended.</summary>
public enum AnswerEnd
{
    /// <summary>The teacher had finished.</summary>
    Complete,

    /// <summary>The limit of tokens cut it off.</summary>
    Length,

    /// <summary>The endpoint's filter withheld it or a part.</summary>
    Filtered,
}
