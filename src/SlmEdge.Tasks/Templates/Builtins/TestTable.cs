using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>The tests of Jinja: what may stand behind <c>is</c>.</summary>
internal static class TestTable
{
    private delegate bool Test(TemplateValue value, CallArguments arguments, RenderBudget budget);

    private static readonly Dictionary<string, Test> Table = new(StringComparer.Ordinal)
    {
        ["defined"] = (value, _, _) => value is not UndefinedValue,
        ["undefined"] = (value, _, _) => value is UndefinedValue,
        ["none"] = (value, _, _) => value is NoneValue,
        ["boolean"] = (value, _, _) => value is BooleanValue,
        ["true"] = (value, _, _) => value is BooleanValue { Value: true },
        ["false"] = (value, _, _) => value is BooleanValue { Value: false },
        ["integer"] = (value, _, _) => value is IntegerValue,
        ["float"] = (value, _, _) => value is FloatValue,
        ["number"] = (value, _, _) => Comparing.IsNumber(value),
        ["string"] = (value, _, _) => value is TextValue,
        ["mapping"] = (value, _, _) => value is DictionaryValue,
        ["sequence"] = (value, _, _) => value is ListValue or DictionaryValue or TextValue or UndefinedValue,
        ["iterable"] = (value, _, _) => value is ListValue or DictionaryValue or TextValue or UndefinedValue,
        ["callable"] = (value, _, _) => value is FunctionValue,
        ["odd"] = (value, _, _) => Integer(value, "odd") % 2 != 0,
        ["even"] = (value, _, _) => Integer(value, "even") % 2 == 0,
        ["divisibleby"] = (value, arguments, _) => Integer(arguments.Accept("num").Require(0, "num"), "divisibleby") is not 0 and var divisor
            ? Integer(value, "divisibleby") % divisor == 0
            : throw new TemplateFault("division by zero"),
        ["upper"] = (value, _, budget) => Text(value, budget) is var text && text.Value.EnumerateRunes().Any(System.Text.Rune.IsUpper) && TextEditing.Upper(text, budget).Value == text.Value,
        ["lower"] = (value, _, budget) => Text(value, budget) is var text && text.Value.EnumerateRunes().Any(System.Text.Rune.IsLower) && TextEditing.Lower(text, budget).Value == text.Value,
        ["eq"] = (value, arguments, budget) => Comparing.Equal(value, Other(arguments), budget),
        ["ne"] = (value, arguments, budget) => !Comparing.Equal(value, Other(arguments), budget),
        ["lt"] = (value, arguments, budget) => Comparing.Compare(value, Other(arguments), budget) < 0,
        ["le"] = (value, arguments, budget) => Comparing.Compare(value, Other(arguments), budget) <= 0,
        ["gt"] = (value, arguments, budget) => Comparing.Compare(value, Other(arguments), budget) > 0,
        ["ge"] = (value, arguments, budget) => Comparing.Compare(value, Other(arguments), budget) >= 0,
        ["in"] = (value, arguments, budget) => Comparing.Contains(arguments.Require(0, "seq"), value, budget),
        ["sameas"] = (value, arguments, budget) => Other(arguments) is var other && (ReferenceEquals(value, other)
            || (value is IntegerValue && other is IntegerValue && Comparing.Equal(value, other, budget))),
        ["filter"] = (value, _, budget) => FilterTable.Contains(Text(value, budget).Value),
        ["test"] = (value, _, budget) => Contains(Text(value, budget).Value),
        ["escaped"] = (_, _, _) => false,
    };

    static TestTable()
    {
        (string Alias, string Name)[] aliases =
            [("equalto", "eq"), ("==", "eq"), ("!=", "ne"), ("lessthan", "lt"), ("<", "lt"), ("<=", "le"), ("greaterthan", "gt"), (">", "gt"), (">=", "ge")];
        foreach ((string alias, string name) in aliases)
        {
            Table.Add(alias, Table[name]);
        }
    }

    public static bool Contains(string name) => Table.ContainsKey(name);

    public static bool Apply(string name, TemplateValue value, CallArguments arguments, RenderBudget budget) =>
        Table.TryGetValue(name, out Test? test) ? test(value, arguments, budget) : throw new TemplateFault($"there is no test '{name}'");

    private static TemplateValue Other(CallArguments arguments) => arguments.Accept("other").Require(0, "other");

    private static TemplateText Text(TemplateValue value, RenderBudget budget) => Printing.ToText(value, budget);

    private static long Integer(TemplateValue value, string test) =>
        Comparing.ToInteger(value) ?? throw new TemplateFault(value is UndefinedValue undefined ? undefined.Fault().Message : $"'{test}' needs an integer, not {value.TypeName}");
}
