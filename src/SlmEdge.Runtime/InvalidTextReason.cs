namespace SlmEdge.Runtime;

/// <summary>Why a text cannot be used.</summary>
public enum InvalidTextReason
{
    /// <summary>The text is empty or only white space.</summary>
    Empty,

    /// <summary>Instruction, text and answer together exceed the context.</summary>
    TooLong,

    /// <summary>The text holds half of a surrogate pair, so it is no Unicode text.</summary>
    NotUnicode,
}
