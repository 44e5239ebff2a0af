namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>What a token of the template language is.</summary>
internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,

    /// <summary><c>{{</c></summary>
    PrintBegin,

    /// <summary><c>}}</c></summary>
    PrintEnd,

    /// <summary><c>{%</c></summary>
    BlockBegin,

    /// <summary><c>%}</c></summary>
    BlockEnd,

    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A string literal, its escapes resolved.</summary>
    String,

    /// <summary>An integer literal.</summary>
    Integer,

    /// <summary>A floating-point literal.</summary>
    Float,

    /// <summary>An operator or a bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    End,
}
