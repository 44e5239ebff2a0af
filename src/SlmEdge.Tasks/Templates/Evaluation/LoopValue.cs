using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>The <c>loop</c> of a <c>for</c> block.</summary>
internal sealed class LoopValue(IReadOnlyList<TemplateValue> items, int depth, FunctionValue? recursion) : TemplateValue
{
    private IReadOnlyList<TemplateValue>? _changed;

    public int Index { get; set; }

    /// <summary>Renders the loop again over other items, of a loop that is recursive.</summary>
    public FunctionValue? Recursion { get; } = recursion;

    public override string TypeName => "LoopContext";

    public override bool IsTrue => true;

    public TemplateValue? Attribute(string name, RenderBudget budget) => name switch
    {
        "index" => new IntegerValue(Index + 1),
        "index0" => new IntegerValue(Index),
        "revindex" => new IntegerValue(items.Count - Index),
        "revindex0" => new IntegerValue(items.Count - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(Index == items.Count - 1),
        "length" => new IntegerValue(items.Count),
        "depth" => new IntegerValue(depth + 1),
        "depth0" => new IntegerValue(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("'loop.previtem' of the first item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new UndefinedValue("'loop.nextitem' of the last item"),
        "cycle" => new FunctionValue("loop.cycle", arguments => arguments.Positional.Count > 0
            ? arguments.Positional[Index % arguments.Positional.Count]
            : throw new TemplateFault("loop.cycle needs items to cycle through")),
        "changed" => new FunctionValue("loop.changed", arguments => BooleanValue.Of(Changed(arguments.Positional, budget))),
        _ => null,
    };

    private bool Changed(IReadOnlyList<TemplateValue> values, RenderBudget budget)
    {
        bool same = _changed is { } last && last.Count == values.Count && last.Zip(values).All(pair => Comparing.Equal(pair.First, pair.Second, budget));
        _changed = values;
        return !same;
    }
}
