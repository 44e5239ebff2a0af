using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>
/// The filters of Jinja. Those that draw at random, make HTML or print for people (<c>random</c>, <c>urlize</c>, <c>xmlattr</c>, <c>striptags</c>,
/// <c>pprint</c>, <c>filesizeformat</c>, <c>wordwrap</c>) have no place in a prompt and are refused where they stand.
/// </summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Filter> Table = new(StringComparer.Ordinal);

    static FilterTable()
    {
        TextFilters.Register(Table);
        NumberFilters.Register(Table);
        ListFilters.Register(Table);
        SelectionFilters.Register(Table);
    }

    /// <summary>A filter: what it is applied to, its arguments, what the rendering may cost.</summary>
    public delegate TemplateValue Filter(TemplateValue value, CallArguments arguments, RenderBudget budget);

    public static bool Contains(string name) => Table.ContainsKey(name);

    public static TemplateValue Apply(string name, TemplateValue value, CallArguments arguments, RenderBudget budget) =>
        Table.TryGetValue(name, out Filter? filter) ? filter(value, arguments, budget) : throw new TemplateFault($"there is no filter '{name}'");
}
