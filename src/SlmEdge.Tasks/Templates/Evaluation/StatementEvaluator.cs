using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Syntax;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Runs the statements of a template.</summary>
internal sealed class StatementEvaluator
{
    private readonly RenderBudget _budget = new();
    private readonly ExpressionEvaluator _expressions;

    private StatementEvaluator() => _expressions = new ExpressionEvaluator(_budget);

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Renders a template.</summary>
    /// <param name="body">Its statements.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="variables">The names that it sees.</param>
    public static TemplateText Render(IReadOnlyList<Statement> body, string name, IEnumerable<KeyValuePair<string, TemplateValue>> variables)
    {
        var run = new StatementEvaluator();
        var scope = new Scope();
        foreach (KeyValuePair<string, TemplateValue> variable in variables)
        {
            scope.Set(variable.Key, variable.Value);
        }

        var output = new TemplateTextBuilder();
        try
        {
            run.Run(body, new Scope(scope), output);
            return output.ToText();
        }
        catch (TemplateFault fault)
        {
            SourcePosition at = run._expressions.At;
            throw new ChatTemplateException(fault.Message, name, at.Line, at.Column, fault.Raised, fault);
        }
    }

    private Flow Run(IReadOnlyList<Statement> body, Scope scope, TemplateTextBuilder output)
    {
        foreach (Statement statement in body)
        {
            _budget.Charge();
            _expressions.At = statement.Position;
            Flow flow = Run(statement, scope, output);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope, TemplateTextBuilder output)
    {
        switch (statement)
        {
            case TextStatement text:
                output.Append(text.Text);
                break;
            case PrintStatement print:
                output.Append(Printing.ToText(_expressions.Evaluate(print.Value, scope), _budget));
                break;
            case IfStatement choice:
                foreach ((Expression? test, IReadOnlyList<Statement> branch) in choice.Branches)
                {
                    if (test is null || _expressions.Evaluate(test, scope).IsTrue)
                    {
                        return Run(branch, scope, output);
                    }
                }

                break;
            case ForStatement loop:
                RunLoop(loop, _expressions.Evaluate(loop.Iterable, scope), scope, 0, output);
                break;
            case SetStatement set:
                Assign(set.Target, _expressions.Evaluate(set.Value, scope), scope);
                break;
            case CaptureStatement capture:
                TemplateValue captured = new TextValue(Capture(capture.Body, new Scope(scope)));
                Assign(capture.Target, capture.Filter is null ? captured : _expressions.Filter(capture.Filter, captured, scope), scope);
                break;
            case FilterStatement filter:
                TemplateValue filtered = _expressions.Filter(filter.Filter, new TextValue(Capture(filter.Body, new Scope(scope))), scope);
                output.Append(Printing.ToText(filtered, _budget));
                break;
            case GenerationStatement generation:
                output.Append(Capture(generation.Body, new Scope(scope)).AsGenerated());
                break;
            case WithStatement with:
                var inner = new Scope(scope);
                foreach ((AssignmentTarget target, Expression value) in with.Assignments)
                {
                    Assign(target, _expressions.Evaluate(value, scope), inner);
                }

                return Run(with.Body, inner, output);
            case MacroStatement macro:
                scope.Set(macro.Macro.Name, Function(macro.Macro, scope));
                break;
            case CallStatement call:
                var caller = KeyValuePair.Create<string, TemplateValue>("caller", Function(call.Caller, scope));
                output.Append(Printing.ToText(_expressions.Call(call.Call, scope, [caller]), _budget));
                break;
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            default:
                throw new TemplateFault($"a statement of the kind {statement.GetType().Name} cannot be run");
        }

        return Flow.Next;
    }

    private TemplateText Capture(IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new TemplateTextBuilder();
        Run(body, scope, output);
        return output.ToText();
    }

    private void RunLoop(ForStatement loop, TemplateValue iterable, Scope scope, int depth, TemplateTextBuilder output)
    {
        _expressions.Descend();
        _expressions.At = loop.Iterable.Position;
        IReadOnlyList<TemplateValue> items = Access.Iterate(iterable, _budget);
        if (loop.Filter is not null)
        {
            items = [.. items.Where(item =>
            {
                var inner = new Scope(scope);
                Assign(loop.Target, item, inner);
                return _expressions.Evaluate(loop.Filter, inner).IsTrue;
            })];
        }

        FunctionValue? recursion = !loop.Recursive ? null : new FunctionValue("loop", arguments =>
        {
            var nested = new TemplateTextBuilder();
            RunLoop(loop, arguments.Accept("iterable").Require(0, "iterable"), scope, depth + 1, nested);
            return new TextValue(nested.ToText());
        });
        var state = new LoopValue(items, depth, recursion);
        bool none = true;
        for (int i = 0; i < items.Count; i++)
        {
            _budget.Charge();
            state.Index = i;
            var inner = new Scope(scope);
            inner.Set("loop", state);
            Assign(loop.Target, items[i], inner);
            Flow flow = Run(loop.Body, inner, output);
            if (flow == Flow.Break)
            {
                break;
            }

            // As in Jinja, an iteration that was left early does not count: 'else' then still runs.
            none &= flow == Flow.Continue;
        }

        if (none)
        {
            Run(loop.Else, new Scope(scope), output);
        }

        _expressions.Ascend();
    }

    private FunctionValue Function(Macro macro, Scope scope) => new(macro.Name, arguments =>
    {
        _expressions.Descend();
        var inner = new Scope(scope);
        Bind(macro, arguments, inner);
        TemplateText text = Capture(macro.Body, inner);
        _expressions.Ascend();
        return new TextValue(text);
    });

    private void Bind(Macro macro, CallArguments arguments, Scope scope)
    {
        var named = new Dictionary<string, TemplateValue>(arguments.Named, StringComparer.Ordinal);
        var defaults = new List<(string Name, Expression Value)>();
        for (int i = 0; i < macro.Parameters.Count; i++)
        {
            (string name, Expression? value) = macro.Parameters[i];
            if (i < arguments.Positional.Count)
            {
                if (named.ContainsKey(name))
                {
                    throw new TemplateFault($"the macro '{macro.Name}' gets the argument '{name}' twice");
                }

                scope.Set(name, arguments.Positional[i]);
            }
            else if (named.Remove(name, out TemplateValue? given))
            {
                scope.Set(name, given);
            }
            else
            {
                scope.Set(name, new UndefinedValue($"the parameter '{name}' was not given; it"));
                if (value is not null)
                {
                    defaults.Add((name, value));
                }
            }
        }

        if (named.Remove("caller", out TemplateValue? caller))
        {
            scope.Set("caller", caller);
        }

        if (macro.TakesMoreNamed)
        {
            scope.Set("kwargs", new DictionaryValue(named.Select(argument => JsonValues.Entry(argument.Key, argument.Value, TextOrigin.Template)), TextOrigin.Template));
        }
        else if (named.Count > 0)
        {
            throw new TemplateFault($"the macro '{macro.Name}' has no parameter '{named.Keys.First()}'");
        }

        if (macro.TakesMore)
        {
            scope.Set("varargs", new ListValue([.. arguments.Positional.Skip(macro.Parameters.Count)], TextOrigin.Template, tuple: true));
        }
        else if (arguments.Positional.Count > macro.Parameters.Count)
        {
            throw new TemplateFault($"the macro '{macro.Name}' takes at most {macro.Parameters.Count} arguments, not {arguments.Positional.Count}");
        }

        foreach ((string name, Expression value) in defaults)
        {
            scope.Set(name, _expressions.Evaluate(value, scope));
        }
    }

    private void Assign(AssignmentTarget target, TemplateValue value, Scope scope)
    {
        if (target.Name is null)
        {
            IReadOnlyList<TemplateValue> parts = Access.Iterate(value, _budget);
            if (parts.Count != target.Parts.Count)
            {
                _expressions.At = target.Position;
                throw new TemplateFault($"{parts.Count} values cannot be unpacked into {target.Parts.Count} names");
            }

            for (int i = 0; i < parts.Count; i++)
            {
                Assign(target.Parts[i], parts[i], scope);
            }

            return;
        }

        if (target.Attribute is null)
        {
            scope.Set(target.Name, value);
            return;
        }

        _expressions.At = target.Position;
        if (scope.Find(target.Name) is not NamespaceValue space)
        {
            throw new TemplateFault($"'{target.Name}' is no namespace; only a namespace's attributes can be set");
        }

        space.Attributes[target.Attribute] = value;
    }
}
