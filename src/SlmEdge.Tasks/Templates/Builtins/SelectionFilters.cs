using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Filters that choose or map element by element, and <c>default</c>.</summary>
internal static class SelectionFilters
{
    public static void Register(Dictionary<string, FilterTable.Filter> table)
    {
        table["default"] = table["d"] = (value, arguments, _) =>
        {
            arguments.Accept("default_value", "boolean");
            return value is UndefinedValue || (arguments.Flag(1, "boolean") && !value.IsTrue) ? arguments.Find(0, "default_value") ?? new TextValue("") : value;
        };
        table["attr"] = (value, arguments, budget) => value is DictionaryValue
            ? new UndefinedValue("an attribute of a mapping")
            : Access.Attribute(value, arguments.Accept("name").Text(0, "name").Value, budget);
        table["map"] = Map;
        table["select"] = (value, arguments, budget) => Choose(value, arguments, 0, item => item, wanted: true, budget);
        table["reject"] = (value, arguments, budget) => Choose(value, arguments, 0, item => item, wanted: false, budget);
        table["selectattr"] = (value, arguments, budget) => Choose(value, arguments, 1, Attribute(arguments, budget), wanted: true, budget);
        table["rejectattr"] = (value, arguments, budget) => Choose(value, arguments, 1, Attribute(arguments, budget), wanted: false, budget);
    }

    private static Func<TemplateValue, TemplateValue> Attribute(CallArguments arguments, RenderBudget budget) =>
        AttributePath.Getter(arguments.Require(0, "attribute"), null, budget);

    private static ListValue Choose(
        TemplateValue value, CallArguments arguments, int place, Func<TemplateValue, TemplateValue> part, bool wanted, RenderBudget budget)
    {
        string? test = arguments.Positional.Count > place
            ? arguments.Positional[place] is TextValue name ? name.Value : throw new TemplateFault($"{arguments.Function} takes the name of a test, not {arguments.Positional[place].TypeName}")
            : null;
        var rest = new CallArguments(test ?? arguments.Function, [.. arguments.Positional.Skip(place + 1)], arguments.Named);
        return new ListValue([.. Access.Iterate(value, budget)
            .Where(item => (test is null ? part(item).IsTrue : TestTable.Apply(test, part(item), rest, budget)) == wanted)]);
    }

    private static ListValue Map(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        IReadOnlyList<TemplateValue> items = Access.Iterate(value, budget);
        if (arguments.Positional.Count == 0)
        {
            Func<TemplateValue, TemplateValue> part = AttributePath.Getter(
                arguments.Accept("attribute", "default").Require(0, "attribute"), arguments.Find(1, "default"), budget);
            return new ListValue([.. items.Select(part)]);
        }

        string filter = arguments.Positional[0] is TextValue name ? name.Value : throw new TemplateFault("map takes the name of a filter");
        var rest = new CallArguments(filter, [.. arguments.Positional.Skip(1)], arguments.Named);
        return new ListValue([.. items.Select(item => FilterTable.Apply(filter, item, rest, budget))]);
    }
}
