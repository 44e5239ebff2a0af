namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>A token of the template language.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a string literal the value.</param>
/// <param name="Position">Where it begins.</param>
internal readonly record struct Token(TokenKind Kind, string Text, SourcePosition Position)
{
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        TokenKind.PrintBegin => "'{{'",
        TokenKind.PrintEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}
