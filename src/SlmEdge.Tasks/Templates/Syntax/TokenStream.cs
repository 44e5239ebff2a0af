namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>The tokens of a template, read one after the other, with the depth of what is being read.</summary>
internal sealed class TokenStream(SourceText source, IReadOnlyList<Token> tokens)
{
    private int _at;
    private int _depth;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take()
    {
        Token token = tokens[_at];
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    public bool TakeOperator(string text)
    {
        bool there = Current.IsOperator(text);
        if (there)
        {
            Take();
        }

        return there;
    }

    public bool TakeName(string text)
    {
        bool there = Current.IsName(text);
        if (there)
        {
            Take();
        }

        return there;
    }

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Error($"expected {what}, found {Current}");

    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
        {
            throw Error($"expected '{text}', found {Current}");
        }
    }

    public ChatTemplateException Error(string message) => source.Error(message, Current.Position);

    public ChatTemplateException Error(string message, SourcePosition at) => source.Error(message, at);

    /// <summary>Goes one level deeper; recursion in the reader is bounded by it.</summary>
    public void Enter()
    {
        if (++_depth > 4 * TemplateLimits.Nesting)
        {
            throw Error($"the template nests deeper than {4 * TemplateLimits.Nesting} levels");
        }
    }

    public void Leave() => _depth--;
}
