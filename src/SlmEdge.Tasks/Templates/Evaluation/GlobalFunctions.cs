using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>The functions that every template sees.</summary>
internal static class GlobalFunctions
{
    public static IEnumerable<KeyValuePair<string, TemplateValue>> All(DateTime? now)
    {
        yield return Function("range", Range);
        yield return Function("namespace", Namespace);
        yield return Function("dict", arguments => new DictionaryValue(
            [.. Pairs(arguments), .. arguments.Named.Select(named => JsonValues.Entry(named.Key, named.Value, TextOrigin.Template))], TextOrigin.Template));
        yield return Function("raise_exception", arguments =>
            throw new TemplateFault(arguments.Accept("message").Find(0, "message") is TextValue text ? text.Value : "the template refuses the conversation", raised: true));

        // A date of its own would make the same rows render differently tomorrow, so it is only there when the caller sets one.
        if (now is { } date)
        {
            yield return Function("strftime_now", arguments => new TextValue(DateFormat.Apply(arguments.Accept("format").Text(0, "format").Value, date)));
        }
    }

    private static KeyValuePair<string, TemplateValue> Function(string name, Func<CallArguments, TemplateValue> call) => new(name, new FunctionValue(name, call));

    private static ListValue Range(CallArguments arguments)
    {
        long[] bounds = [.. arguments.Accept("start", "stop", "step").Positional.Select(bound =>
            Comparing.ToInteger(bound) ?? throw new TemplateFault($"range takes integers, not {bound.TypeName}"))];
        (long start, long stop, long step) = bounds switch
        {
            [var end] => (0L, end, 1L),
            [var begin, var end] => (begin, end, 1L),
            [var begin, var end, var by] => (begin, end, by),
            _ => throw new TemplateFault("range takes one to three integers"),
        };
        if (step == 0)
        {
            throw new TemplateFault("the step of range is zero");
        }

        double count = Math.Ceiling(((double)stop - start) / step);
        return count > TemplateLimits.Elements
            ? throw new TemplateFault($"range of {count:0} numbers is too long; at most {TemplateLimits.Elements} are allowed")
            : new ListValue([.. Enumerable.Range(0, (int)Math.Max(0, count)).Select(i => new IntegerValue(start + (i * step)))]);
    }

    private static NamespaceValue Namespace(CallArguments arguments)
    {
        var attributes = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (KeyValuePair<TemplateValue, TemplateValue> pair in Pairs(arguments))
        {
            attributes[pair.Key is TextValue name ? name.Value : throw new TemplateFault("the names of a namespace have to be strings")] = pair.Value;
        }

        foreach (KeyValuePair<string, TemplateValue> named in arguments.Named)
        {
            attributes[named.Key] = named.Value;
        }

        return new NamespaceValue(attributes);
    }

    private static IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> Pairs(CallArguments arguments) => arguments.Positional switch
    {
        [] => [],
        [DictionaryValue dictionary] => dictionary.Entries,
        [ListValue list] => list.Items.Select(item => item is ListValue { Items: [var key, var value] }
            ? KeyValuePair.Create(key, value)
            : throw new TemplateFault($"{arguments.Function} takes pairs")),
        _ => throw new TemplateFault($"{arguments.Function} takes one mapping or list of pairs"),
    };
}
