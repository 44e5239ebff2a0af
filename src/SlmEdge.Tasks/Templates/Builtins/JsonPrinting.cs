using System.Globalization;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary><c>tojson</c> as transformers defines it: Python's <c>json.dumps</c> without ASCII escapes, and without Jinja's HTML escapes.</summary>
internal sealed class JsonPrinting(RenderBudget budget, bool ensureAscii, string? indent, TemplateText itemSeparator, TemplateText keySeparator, bool sortKeys)
{
    private readonly TemplateTextBuilder _builder = new();

    public static TemplateText Print(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        arguments.Accept("ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = arguments.Find(1, "indent") switch
        {
            null or NoneValue => null,
            TextValue text => text.Value,
            IntegerValue { Value: <= 64 } number => new string(' ', (int)Math.Max(0, number.Value)),
            BooleanValue flag => flag.Value ? " " : "",
            var other => throw new TemplateFault($"the argument 'indent' of tojson has to be an integer up to 64 or a string, not {other.TypeName}"),
        };
        TemplateText item = new TextValue(indent is null ? ", " : ",").Text;
        TemplateText key = new TextValue(": ").Text;
        switch (arguments.Find(2, "separators"))
        {
            case null or NoneValue:
                break;
            case ListValue { Items: [TextValue first, TextValue second] }:
                (item, key) = (first.Text, second.Text);
                break;
            default:
                throw new TemplateFault("the argument 'separators' of tojson has to be two strings");
        }

        var printing = new JsonPrinting(budget, arguments.Flag(0, "ensure_ascii"), indent, item, key, arguments.Flag(3, "sort_keys"));
        printing.Write(value, TextOrigin.Template, 0);
        return printing._builder.ToText();
    }

    private void Write(TemplateValue value, TextOrigin around, int depth)
    {
        budget.Charge();
        if (depth > TemplateLimits.Nesting)
        {
            throw new TemplateFault($"a value is nested deeper than {TemplateLimits.Nesting} levels");
        }

        switch (value)
        {
            case TextValue text:
                WriteText(text.Text, around);
                break;
            case NoneValue:
                _builder.Append("null", around);
                break;
            case BooleanValue flag:
                _builder.Append(flag.Value ? "true" : "false", around);
                break;
            case IntegerValue number:
                _builder.Append(number.Value.ToString(CultureInfo.InvariantCulture), around);
                break;
            case FloatValue number:
                _builder.Append(double.IsNaN(number.Value) ? "NaN" : double.IsInfinity(number.Value) ? (number.Value > 0 ? "Infinity" : "-Infinity") : PythonText.Number(number.Value), around);
                break;
            case ListValue list:
                WriteItems('[', ']', list.Items.Count, list.Origin, depth, i => Write(list.Items[i], list.Origin, depth + 1));
                break;
            case DictionaryValue dictionary:
                IReadOnlyList<KeyValuePair<TemplateValue, TemplateValue>> entries = sortKeys
                    ? [.. dictionary.Entries.Order(Comparer<KeyValuePair<TemplateValue, TemplateValue>>.Create((a, b) => Comparing.Compare(a.Key, b.Key, budget)))]
                    : dictionary.Entries;
                WriteItems('{', '}', entries.Count, dictionary.Origin, depth, i =>
                {
                    WriteKey(entries[i].Key, dictionary.Origin);
                    _builder.Append(keySeparator);
                    Write(entries[i].Value, dictionary.Origin, depth + 1);
                });
                break;
            default:
                throw new TemplateFault($"a {value.TypeName} cannot be written as JSON");
        }
    }

    private void WriteItems(char open, char close, int count, TextOrigin origin, int depth, Action<int> write)
    {
        _builder.Append(open, origin);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                _builder.Append(itemSeparator);
            }

            NewLine(depth + 1, origin);
            write(i);
        }

        if (count > 0)
        {
            NewLine(depth, origin);
        }

        _builder.Append(close, origin);
    }

    private void NewLine(int depth, TextOrigin origin)
    {
        if (indent is null)
        {
            return;
        }

        _builder.Append('\n', origin);
        for (int i = 0; i < depth; i++)
        {
            _builder.Append(indent, origin);
        }
    }

    private void WriteKey(TemplateValue key, TextOrigin around)
    {
        if (key is TextValue text)
        {
            WriteText(text.Text, around);
            return;
        }

        _builder.Append('"', around);
        Write(key, around, 0);
        _builder.Append('"', around);
    }

    private void WriteText(TemplateText text, TextOrigin around)
    {
        budget.Charge(text.Length);
        _builder.Append('"', around);
        foreach (TextRun run in text.Runs)
        {
            int plain = run.Start;
            for (int i = run.Start; i < run.End; i++)
            {
                if (Escape(text.Value[i]) is { } escape)
                {
                    _builder.Append(text.Value.AsSpan(plain, i - plain), run.Origin).Append(escape, run.Origin);
                    plain = i + 1;
                }
            }

            _builder.Append(text.Value.AsSpan(plain, run.End - plain), run.Origin);
        }

        _builder.Append('"', around);
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\b' => @"\b",
        '\f' => @"\f",
        < ' ' => $"\\u{(int)c:x4}",
        > '~' when ensureAscii => $"\\u{(int)c:x4}",
        _ => null,
    };
}
