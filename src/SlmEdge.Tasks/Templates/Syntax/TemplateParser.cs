namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>Reads the statements of a template.</summary>
internal sealed class TemplateParser
{
    private readonly SourceText _source;
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(SourceText source)
    {
        _source = source;
        _tokens = new TokenStream(source, new TemplateLexer(source).Read());
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>Whether a <c>{% generation %}</c> block has been read.</summary>
    public bool MarksGeneration { get; private set; }

    public static (IReadOnlyList<Statement> Body, bool MarksGeneration) Parse(string text, string name)
    {
        var parser = new TemplateParser(new SourceText(text, name));
        IReadOnlyList<Statement> body = parser.Body();
        return parser._tokens.Current.Kind == TokenKind.End
            ? (body, parser.MarksGeneration)
            : throw parser._tokens.Error($"'{parser._tokens.Following.Text}' stands without the block that it belongs to");
    }

    /// <summary>Statements up to a tag with one of the names, which is not read, or up to the end.</summary>
    private List<Statement> Body(params string[] until)
    {
        _tokens.Enter();
        var body = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            Token token = _tokens.Current;
            if (token.Kind == TokenKind.Data)
            {
                _tokens.Take();
                body.Add(new TextStatement(token.Position, new TemplateText(token.Text, TextOrigin.Template)));
            }
            else if (token.Kind == TokenKind.PrintBegin)
            {
                _tokens.Take();
                body.Add(new PrintStatement(token.Position, _expressions.ParseTuple()));
                _tokens.Expect(TokenKind.PrintEnd, "'}}'");
            }
            else if (IsEnd(_tokens.Following, until))
            {
                break;
            }
            else
            {
                _tokens.Take();
                body.Add(Block());
            }
        }

        _tokens.Leave();
        return body;
    }

    private static bool IsEnd(Token name, string[] until) =>
        name.Kind == TokenKind.Name && (until.Contains(name.Text) || (until.Length == 0 && (name.Text.StartsWith("end", StringComparison.Ordinal) || name.Text is "else" or "elif")));

    private Statement Block()
    {
        Token name = _tokens.Expect(TokenKind.Name, "the name of a block");
        SourcePosition at = name.Position;
        switch (name.Text)
        {
            case "if":
                return If(at);
            case "for":
                return For(at);
            case "set":
                return Set(at);
            case "macro":
                return MacroBlock(at);
            case "call":
                return Call(at);
            case "filter":
                FilterExpression filter = Filters(_expressions.ParseFilter(null));
                CloseTag();
                return new FilterStatement(at, filter, BodyTo("endfilter", at));
            case "with":
                return With(at);
            case "generation":
                MarksGeneration = true;
                CloseTag();
                return new GenerationStatement(at, BodyTo("endgeneration", at));
            case "break" or "continue":
                if (_loops == 0)
                {
                    throw _source.Error($"'{name.Text}' stands outside of a loop", at);
                }

                CloseTag();
                return name.Text == "break" ? new BreakStatement(at) : new ContinueStatement(at);
            case "extends" or "include" or "import" or "from" or "block" or "autoescape":
                throw _source.Error($"'{name.Text}' has no meaning in a chat template, which is a single file of plain text", at);
            default:
                throw _source.Error($"there is no block '{name.Text}'", at);
        }
    }

    private IfStatement If(SourcePosition at)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        Expression? test = _expressions.ParseTuple();
        while (true)
        {
            CloseTag();
            branches.Add((test, test is null ? BodyOf("if", at, "endif") : BodyOf("if", at, "elif", "else", "endif")));
            string end = EndName();
            if (end == "endif")
            {
                CloseTag();
                return new IfStatement(at, branches);
            }

            test = end == "elif" ? _expressions.ParseTuple() : null;
        }
    }

    private ForStatement For(SourcePosition at)
    {
        AssignmentTarget target = Targets(attributes: false);
        if (!_tokens.TakeName("in"))
        {
            throw _tokens.Error($"expected 'in', found {_tokens.Current}");
        }

        // Without the conditional, since 'if' begins the loop's filter here.
        Expression iterable = _expressions.ParseTuple(conditional: false);
        Expression? filter = _tokens.TakeName("if") ? _expressions.Parse() : null;
        bool recursive = _tokens.TakeName("recursive");
        CloseTag();
        _loops++;
        IReadOnlyList<Statement> body = BodyOf("for", at, "else", "endfor");
        _loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (EndName() == "else")
        {
            CloseTag();
            otherwise = BodyOf("for", at, "endfor");
            EndName();
        }

        CloseTag();
        return new ForStatement(at, target, iterable, filter, recursive, body, otherwise);
    }

    private Statement Set(SourcePosition at)
    {
        AssignmentTarget target = Targets(attributes: true);
        if (_tokens.TakeOperator("="))
        {
            Expression value = _expressions.ParseTuple();
            CloseTag();
            return new SetStatement(at, target, value);
        }

        FilterExpression? filter = _tokens.TakeOperator("|") ? Filters(_expressions.ParseFilter(null)) : null;
        CloseTag();
        return new CaptureStatement(at, target, filter, BodyTo("endset", at));
    }

    private FilterExpression Filters(FilterExpression filter)
    {
        while (_tokens.TakeOperator("|"))
        {
            filter = _expressions.ParseFilter(filter);
        }

        return filter;
    }

    private MacroStatement MacroBlock(SourcePosition at)
    {
        string name = _tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        var parameters = Parameters();
        CloseTag();
        return new MacroStatement(at, MacroBody(name, parameters, "endmacro", at));
    }

    private CallStatement Call(SourcePosition at)
    {
        var parameters = _tokens.Current.IsOperator("(") ? Parameters() : [];
        if (_expressions.ParseCallee() is not CallExpression call)
        {
            throw _source.Error("'call' needs the call of a macro", at);
        }

        CloseTag();
        return new CallStatement(at, call, MacroBody("caller", parameters, "endcall", at));
    }

    private Macro MacroBody(string name, List<(string Name, Expression? Default)> parameters, string end, SourcePosition at)
    {
        (bool varargs, bool kwargs, int loops) = (_expressions.ReadsVarargs, _expressions.ReadsKwargs, _loops);
        (_expressions.ReadsVarargs, _expressions.ReadsKwargs, _loops) = (false, false, 0);
        IReadOnlyList<Statement> body = BodyTo(end, at);
        var macro = new Macro(name, parameters, body, _expressions.ReadsVarargs, _expressions.ReadsKwargs);
        (_expressions.ReadsVarargs, _expressions.ReadsKwargs, _loops) = (varargs, kwargs, loops);
        return macro;
    }

    private List<(string Name, Expression? Default)> Parameters()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
                if (_tokens.TakeOperator(")"))
                {
                    break;
                }
            }

            Token name = _tokens.Expect(TokenKind.Name, "the name of a parameter");
            Expression? value = _tokens.TakeOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw _source.Error($"the parameter '{name.Text}' without a default follows one with a default", name.Position);
            }

            if (parameters.Any(parameter => parameter.Name == name.Text))
            {
                throw _source.Error($"the parameter '{name.Text}' stands there twice", name.Position);
            }

            parameters.Add((name.Text, value));
        }

        return parameters;
    }

    private WithStatement With(SourcePosition at)
    {
        var assignments = new List<(AssignmentTarget, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0 && !_tokens.TakeOperator(","))
            {
                throw _tokens.Error($"expected ',', found {_tokens.Current}");
            }

            AssignmentTarget target = Target(attributes: false);
            _tokens.ExpectOperator("=");
            assignments.Add((target, _expressions.Parse()));
        }

        CloseTag();
        return new WithStatement(at, assignments, BodyTo("endwith", at));
    }

    private AssignmentTarget Targets(bool attributes)
    {
        SourcePosition at = _tokens.Current.Position;
        AssignmentTarget first = Target(attributes);
        if (!_tokens.Current.IsOperator(","))
        {
            return first;
        }

        var parts = new List<AssignmentTarget> { first };
        while (_tokens.TakeOperator(",") && (_tokens.Current.Kind == TokenKind.Name || _tokens.Current.IsOperator("(")) && !_tokens.Current.IsName("in"))
        {
            parts.Add(Target(attributes));
        }

        return new AssignmentTarget(at, null, null, parts);
    }

    private AssignmentTarget Target(bool attributes)
    {
        if (_tokens.Current.IsOperator("("))
        {
            _tokens.Enter();
            _tokens.Take();
            AssignmentTarget inner = Targets(attributes);
            _tokens.ExpectOperator(")");
            _tokens.Leave();
            return inner;
        }

        Token name = _tokens.Expect(TokenKind.Name, "a name to assign to");
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw _source.Error($"'{name.Text}' cannot be assigned to", name.Position);
        }

        string? attribute = attributes && _tokens.TakeOperator(".") ? _tokens.Expect(TokenKind.Name, "the name of an attribute").Text : null;
        return new AssignmentTarget(name.Position, name.Text, attribute, []);
    }

    private List<Statement> BodyTo(string end, SourcePosition opened)
    {
        List<Statement> body = BodyOf(end[3..], opened, end);
        EndName();
        CloseTag();
        return body;
    }

    private List<Statement> BodyOf(string block, SourcePosition opened, params string[] ends)
    {
        List<Statement> body = Body(ends);
        return _tokens.Current.Kind == TokenKind.End ? throw _source.Error($"the block '{block}' is not closed by '{ends[^1]}'", opened) : body;
    }

    private string EndName()
    {
        _tokens.Take();
        string name = _tokens.Take().Text;

        // Jinja allows the name of what ends: {% endmacro field %}.
        if (name == "endmacro" && _tokens.Current.Kind == TokenKind.Name)
        {
            _tokens.Take();
        }

        return name;
    }

    private void CloseTag() => _tokens.Expect(TokenKind.BlockEnd, "'%}'");
}
