using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>The methods of Python's lists and tuples that change nothing.</summary>
internal static class ListMethods
{
    public static FunctionValue? Find(ListValue list, string name, RenderBudget budget) => name switch
    {
        "count" => new FunctionValue(name, arguments => new IntegerValue(list.Items.Count(item => Comparing.Equal(item, arguments.Require(0, "value"), budget)))),
        "index" => new FunctionValue(name, arguments => new IntegerValue(Place(list, arguments.Require(0, "value"), budget))),
        "copy" => new FunctionValue(name, _ => list),
        "append" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" or "clear" =>
            new FunctionValue(name, _ => throw new TemplateFault($"'{name}' would change a list; the sandbox forbids it")),
        _ => null,
    };

    private static int Place(ListValue list, TemplateValue value, RenderBudget budget)
    {
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (Comparing.Equal(list.Items[i], value, budget))
            {
                return i;
            }
        }

        throw new TemplateFault("the value that 'index' looks for is not in the list");
    }
}
