using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Syntax;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Evaluates expressions. It knows where it is, so that a fault can be given its place.</summary>
internal sealed class ExpressionEvaluator(RenderBudget budget)
{
    private int _depth;

    /// <summary>The node that was entered last.</summary>
    public SourcePosition At { get; set; } = new(1, 1);

    public TemplateValue Evaluate(Expression expression, Scope scope)
    {
        Descend();
        TemplateValue value = Visit(expression, scope);
        _depth--;
        budget.Charge(value is TextValue text ? text.Text.Length : 0);
        return value;
    }

    /// <summary>Goes one level deeper, in expressions and in calls of macros.</summary>
    public void Descend()
    {
        if (++_depth > TemplateLimits.Depth)
        {
            throw new TemplateFault($"the template calls or nests deeper than {TemplateLimits.Depth} levels");
        }
    }

    public void Ascend() => _depth--;

    public CallArguments Arguments(string function, ArgumentList list, Scope scope)
    {
        var positional = new List<TemplateValue>(list.Positional.Select(argument => Evaluate(argument, scope)));
        if (list.Spread is not null)
        {
            positional.AddRange(Access.Iterate(Evaluate(list.Spread, scope), budget));
        }

        var named = new List<KeyValuePair<string, TemplateValue>>(list.Named.Select(argument => KeyValuePair.Create(argument.Name, Evaluate(argument.Value, scope))));
        if (list.NamedSpread is not null)
        {
            if (Evaluate(list.NamedSpread, scope) is not DictionaryValue more)
            {
                throw new TemplateFault("'**' needs a mapping");
            }

            named.AddRange(more.Entries.Select(entry => KeyValuePair.Create(
                entry.Key is TextValue name ? name.Value : throw new TemplateFault("the keys behind '**' have to be strings"), entry.Value)));
        }

        for (int i = 1; i < named.Count; i++)
        {
            if (named.FindIndex(argument => argument.Key == named[i].Key) < i)
            {
                throw new TemplateFault($"the argument '{named[i].Key}' is given twice");
            }
        }

        return new CallArguments(function, positional, named);
    }

    public TemplateValue Filter(FilterExpression filter, TemplateValue block, Scope scope)
    {
        Descend();
        TemplateValue operand = filter.Operand switch
        {
            null => block,
            FilterExpression inner => Filter(inner, block, scope),
            var other => Evaluate(other, scope),
        };
        CallArguments arguments = Arguments(filter.Name, filter.Arguments, scope);
        At = filter.Position;
        Ascend();
        return FilterTable.Apply(filter.Name, operand, arguments, budget);
    }

    public TemplateValue Call(CallExpression call, Scope scope, IEnumerable<KeyValuePair<string, TemplateValue>>? more = null)
    {
        TemplateValue target = Evaluate(call.Target, scope);
        CallArguments arguments = Arguments(Describe(call.Target), call.Arguments, scope);
        if (more is not null)
        {
            arguments = new CallArguments(arguments.Function, arguments.Positional, [.. arguments.Named, .. more]);
        }

        At = call.Position;
        return target switch
        {
            FunctionValue function => function.Call(arguments),
            LoopValue { Recursion: { } again } => again.Call(arguments),
            UndefinedValue undefined => throw undefined.Fault(),
            _ => throw new TemplateFault($"a {target.TypeName} cannot be called"),
        };
    }

    private TemplateValue Visit(Expression expression, Scope scope)
    {
        switch (expression)
        {
            case LiteralExpression literal:
                return literal.Value;
            case NameExpression name:
                return scope.Find(name.Name) ?? new UndefinedValue($"'{name.Name}'");
            case AttributeExpression attribute:
                TemplateValue owner = Evaluate(attribute.Target, scope);
                At = attribute.Position;
                return Access.Attribute(owner, attribute.Name, budget);
            case ItemExpression item:
                TemplateValue container = Evaluate(item.Target, scope);
                TemplateValue index = Evaluate(item.Index, scope);
                At = item.Position;
                return Access.Item(container, index, budget);
            case SliceExpression slice:
                return Slice(slice, scope);
            case CallExpression call:
                return Call(call, scope);
            case FilterExpression filter:
                return Filter(filter, NoneValue.Instance, scope);
            case TestExpression test:
                TemplateValue operand = Evaluate(test.Operand, scope);
                CallArguments arguments = Arguments(test.Name, test.Arguments, scope);
                At = test.Position;
                return BooleanValue.Of(TestTable.Apply(test.Name, operand, arguments, budget) != test.Negated);
            case LogicalExpression logical:
                TemplateValue first = Evaluate(logical.Left, scope);
                return first.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : first;
            case ComparisonExpression comparison:
                return Compare(comparison, scope);
            case ConditionalExpression conditional:
                return Evaluate(conditional.Test, scope).IsTrue ? Evaluate(conditional.Then, scope)
                    : conditional.Else is not null ? Evaluate(conditional.Else, scope)
                    : new UndefinedValue("the value of an 'if' without 'else'");
            case BinaryExpression binary:
                TemplateValue left = Evaluate(binary.Left, scope);
                TemplateValue right = Evaluate(binary.Right, scope);
                At = binary.Position;
                return Arithmetic.Apply(binary.Operator, left, right, budget);
            case UnaryExpression unary:
                TemplateValue value = Evaluate(unary.Operand, scope);
                At = unary.Position;
                return Unary(unary.Operator, value);
            case ListExpression list:
                return new ListValue([.. list.Items.Select(element => Evaluate(element, scope))], TextOrigin.Template, list.IsTuple);
            case DictionaryExpression dictionary:
                return new DictionaryValue(
                    dictionary.Entries.Select(entry => KeyValuePair.Create(Evaluate(entry.Key, scope), Evaluate(entry.Value, scope))), TextOrigin.Template);
            default:
                throw new TemplateFault($"an expression of the kind {expression.GetType().Name} cannot be evaluated");
        }
    }

    private TemplateValue Slice(SliceExpression slice, Scope scope)
    {
        TemplateValue target = Evaluate(slice.Target, scope);
        (long? start, long? stop, long? step) = (Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step));
        At = slice.Position;
        return Access.Slice(target, start, stop, step, budget);

        long? Bound(Expression? bound) => bound is null ? null : Evaluate(bound, scope) switch
        {
            NoneValue => null,
            var value => Math.Clamp(Comparing.ToInteger(value) ?? throw new TemplateFault($"the bound of a slice has to be an integer, not {value.TypeName}"), int.MinValue, int.MaxValue),
        };
    }

    private BooleanValue Compare(ComparisonExpression comparison, Scope scope)
    {
        TemplateValue left = Evaluate(comparison.First, scope);
        foreach ((string symbol, Expression operand) in comparison.Rest)
        {
            TemplateValue right = Evaluate(operand, scope);
            At = comparison.Position;
            bool holds = symbol switch
            {
                "==" => Comparing.Equal(left, right, budget),
                "!=" => !Comparing.Equal(left, right, budget),
                "<" => Comparing.Compare(left, right, budget) < 0,
                "<=" => Comparing.Compare(left, right, budget) <= 0,
                ">" => Comparing.Compare(left, right, budget) > 0,
                ">=" => Comparing.Compare(left, right, budget) >= 0,
                "in" => Comparing.Contains(right, left, budget),
                _ => !Comparing.Contains(right, left, budget),
            };
            if (!holds)
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private static TemplateValue Unary(string symbol, TemplateValue value) => (symbol, value) switch
    {
        ("not", _) => BooleanValue.Of(!value.IsTrue),
        (_, UndefinedValue undefined) => throw undefined.Fault(),
        (_, FloatValue number) => new FloatValue(symbol == "-" ? -number.Value : number.Value),
        (_, IntegerValue or BooleanValue) => new IntegerValue(symbol == "-" ? -Comparing.ToInteger(value)!.Value : Comparing.ToInteger(value)!.Value),
        _ => throw new TemplateFault($"a {value.TypeName} has no sign"),
    };

    private static string Describe(Expression target) => target switch
    {
        NameExpression name => name.Name,
        AttributeExpression attribute => attribute.Name,
        _ => "the function",
    };
}
