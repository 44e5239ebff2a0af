using System.Globalization;
using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>
/// Reads expressions with the precedences of Jinja 3.1: conditional, or, and, not, comparison, + and −, ~, * / // %, **, sign, and then
/// postfixes, filters and tests.
/// </summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Which of <c>varargs</c> and <c>kwargs</c> have been read since the last reset.</summary>
    public bool ReadsVarargs { get; set; }

    /// <summary>See <see cref="ReadsVarargs"/>.</summary>
    public bool ReadsKwargs { get; set; }

    public Expression Parse(bool conditional = true)
    {
        tokens.Enter();
        Expression value = conditional ? Conditional() : Or();
        tokens.Leave();
        return value;
    }

    /// <summary>An expression, or a tuple of several without parentheses.</summary>
    public Expression ParseTuple(bool conditional = true)
    {
        SourcePosition at = tokens.Current.Position;
        Expression first = Parse(conditional);
        if (!tokens.Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (tokens.TakeOperator(",") && !EndsTuple())
        {
            items.Add(Parse(conditional));
        }

        return new ListExpression(at, items, IsTuple: true);
    }

    /// <summary>A filter's name and arguments, for blocks.</summary>
    public FilterExpression ParseFilter(Expression? operand)
    {
        Token name = QualifiedName("the name of a filter");
        if (!FilterTable.Contains(name.Text))
        {
            throw tokens.Error($"there is no filter '{name.Text}'", name.Position);
        }

        return new FilterExpression(name.Position, operand, name.Text, tokens.Current.IsOperator("(") ? Arguments() : ArgumentList.Empty);
    }

    /// <summary>Postfixes and calls of an expression that has been read; for <c>{% call %}</c>.</summary>
    public Expression ParseCallee() => Unary(filters: false);

    private bool EndsTuple() => tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || tokens.Current.IsOperator(")") || tokens.Current.IsOperator("=");

    private Expression Conditional()
    {
        Expression value = Or();
        while (tokens.Current.IsName("if"))
        {
            SourcePosition at = tokens.Take().Position;
            Expression test = Or();
            Expression? otherwise = tokens.TakeName("else") ? Parse() : null;
            value = new ConditionalExpression(at, test, value, otherwise);
        }

        return value;
    }

    private Expression Or()
    {
        Expression left = And();
        while (tokens.Current.IsName("or"))
        {
            SourcePosition at = tokens.Take().Position;
            left = new LogicalExpression(at, IsAnd: false, left, And());
        }

        return left;
    }

    private Expression And()
    {
        Expression left = Not();
        while (tokens.Current.IsName("and"))
        {
            SourcePosition at = tokens.Take().Position;
            left = new LogicalExpression(at, IsAnd: true, left, Not());
        }

        return left;
    }

    private Expression Not()
    {
        if (!tokens.Current.IsName("not"))
        {
            return Comparison();
        }

        tokens.Enter();
        SourcePosition at = tokens.Take().Position;
        var value = new UnaryExpression(at, "not", Not());
        tokens.Leave();
        return value;
    }

    private Expression Comparison()
    {
        Expression first = Sum();
        List<(string, Expression)>? rest = null;
        SourcePosition at = tokens.Current.Position;
        while (true)
        {
            string? symbol = tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text) ? tokens.Take().Text
                : tokens.TakeName("in") ? "in"
                : null;
            if (symbol is null && tokens.Current.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                symbol = "not in";
            }

            if (symbol is null)
            {
                return rest is null ? first : new ComparisonExpression(at, first, rest);
            }

            (rest ??= []).Add((symbol, Sum()));
        }
    }

    private Expression Sum() => Chain(Concatenation, "+", "-");

    private Expression Concatenation() => Chain(Product, "~");

    private Expression Product() => Chain(Power, "*", "/", "//", "%");

    // As in Jinja, and unlike in Python, powers group from the left.
    private Expression Power() => Chain(() => Unary(filters: true), "**");

    private Expression Chain(Func<Expression> operand, params ReadOnlySpan<string> symbols)
    {
        Expression left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && symbols.Contains(tokens.Current.Text))
        {
            Token symbol = tokens.Take();
            left = new BinaryExpression(symbol.Position, symbol.Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool filters)
    {
        tokens.Enter();
        Token first = tokens.Current;
        Expression value = first.IsOperator("-") || first.IsOperator("+")
            ? new UnaryExpression(tokens.Take().Position, first.Text, Unary(filters: false))
            : Primary();
        value = Postfixes(value);
        while (filters)
        {
            if (tokens.TakeOperator("|"))
            {
                value = ParseFilter(value);
            }
            else if (tokens.Current.IsName("is"))
            {
                value = Test(value);
            }
            else if (tokens.Current.IsOperator("("))
            {
                value = new CallExpression(tokens.Current.Position, value, Arguments());
            }
            else
            {
                break;
            }
        }

        tokens.Leave();
        return value;
    }

    private Expression Primary()
    {
        Token token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Name(token);
            case TokenKind.String:
                string text = token.Text;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Take().Text;
                }

                return new LiteralExpression(token.Position, new TextValue(text));
            case TokenKind.Integer:
                return long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? new LiteralExpression(token.Position, new IntegerValue(number))
                    : throw tokens.Error($"the integer {token.Text} has more than 64 bits", token.Position);
            case TokenKind.Float:
                return new LiteralExpression(token.Position, new FloatValue(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture)));
            case TokenKind.Operator when token.Text == "(":
                return Parenthesis(token.Position);
            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(token.Position, Items("]"), IsTuple: false);
            case TokenKind.Operator when token.Text == "{":
                return Dictionary(token.Position);
            default:
                throw tokens.Error($"expected an expression, found {token}", token.Position);
        }
    }

    private Expression Name(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new LiteralExpression(token.Position, BooleanValue.True);
            case "false" or "False":
                return new LiteralExpression(token.Position, BooleanValue.False);
            case "none" or "None":
                return new LiteralExpression(token.Position, NoneValue.Instance);
            case "varargs":
                ReadsVarargs = true;
                break;
            case "kwargs":
                ReadsKwargs = true;
                break;
            default:
                break;
        }

        return new NameExpression(token.Position, token.Text);
    }

    private Expression Parenthesis(SourcePosition at)
    {
        if (tokens.TakeOperator(")"))
        {
            return new ListExpression(at, [], IsTuple: true);
        }

        Expression value = ParseTuple();
        tokens.ExpectOperator(")");
        return value;
    }

    private List<Expression> Items(string close)
    {
        var items = new List<Expression>();
        while (!tokens.TakeOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TakeOperator(close))
                {
                    break;
                }
            }

            items.Add(Parse());
        }

        return items;
    }

    private DictionaryExpression Dictionary(SourcePosition at)
    {
        var entries = new List<(Expression, Expression)>();
        while (!tokens.TakeOperator("}"))
        {
            if (entries.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TakeOperator("}"))
                {
                    break;
                }
            }

            Expression key = Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, Parse()));
        }

        return new DictionaryExpression(at, entries);
    }

    private Expression Postfixes(Expression value)
    {
        while (tokens.Current.Kind == TokenKind.Operator)
        {
            SourcePosition at = tokens.Current.Position;
            if (tokens.TakeOperator("."))
            {
                Token name = tokens.Take();
                value = name.Kind switch
                {
                    TokenKind.Name => new AttributeExpression(name.Position, value, name.Text),
                    TokenKind.Integer when long.TryParse(name.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long index) =>
                        new ItemExpression(name.Position, value, new LiteralExpression(name.Position, new IntegerValue(index))),
                    _ => throw tokens.Error($"expected a name or an index after '.', found {name}", name.Position),
                };
            }
            else if (tokens.TakeOperator("["))
            {
                value = Subscript(at, value);
            }
            else if (tokens.Current.IsOperator("("))
            {
                value = new CallExpression(at, value, Arguments());
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private Expression Subscript(SourcePosition at, Expression target)
    {
        Expression? start = tokens.Current.IsOperator(":") ? null : Parse();
        if (start is not null && tokens.TakeOperator("]"))
        {
            return new ItemExpression(at, target, start);
        }

        tokens.ExpectOperator(":");
        Expression? stop = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Parse();
        Expression? step = tokens.TakeOperator(":") && !tokens.Current.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(at, target, start, stop, step);
    }

    private TestExpression Test(Expression operand)
    {
        tokens.Take();
        bool negated = tokens.TakeName("not");
        Token name = QualifiedName("the name of a test");
        if (!TestTable.Contains(name.Text))
        {
            throw tokens.Error($"there is no test '{name.Text}'", name.Position);
        }

        Token next = tokens.Current;
        ArgumentList arguments = ArgumentList.Empty;
        if (next.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (next.IsName("is"))
        {
            throw tokens.Error("tests cannot be chained; write 'and' between them");
        }
        else if (next.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || next.IsOperator("[") || next.IsOperator("{")
            || (next.Kind == TokenKind.Name && next.Text is not ("else" or "or" or "and" or "if" or "in" or "not")))
        {
            tokens.Enter();
            arguments = new ArgumentList([Postfixes(Primary())], []);
            tokens.Leave();
        }

        return new TestExpression(name.Position, operand, name.Text, arguments, negated);
    }

    private Token QualifiedName(string what)
    {
        Token name = tokens.Expect(TokenKind.Name, what);
        while (tokens.TakeOperator("."))
        {
            name = name with { Text = name.Text + "." + tokens.Expect(TokenKind.Name, what).Text };
        }

        return name;
    }

    private ArgumentList Arguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null;
        Expression? namedSpread = null;
        while (!tokens.TakeOperator(")"))
        {
            if (positional.Count + named.Count > 0 || spread is not null || namedSpread is not null)
            {
                tokens.ExpectOperator(",");
                if (tokens.TakeOperator(")"))
                {
                    break;
                }
            }

            Token at = tokens.Current;
            if (tokens.TakeOperator("*") && spread is null && namedSpread is null)
            {
                spread = Parse();
            }
            else if (tokens.TakeOperator("**") && namedSpread is null)
            {
                namedSpread = Parse();
            }
            else if (at.Kind == TokenKind.Name && tokens.Following.IsOperator("=") && namedSpread is null)
            {
                tokens.Take();
                tokens.Take();
                named.Add((at.Text, Parse()));
            }
            else if (named.Count == 0 && spread is null && namedSpread is null)
            {
                positional.Add(Parse());
            }
            else
            {
                throw tokens.Error("this argument cannot stand behind those before it", at.Position);
            }
        }

        return new ArgumentList(positional, named, spread, namedSpread);
    }
}
