namespace SlmEdge.Tasks.Templates.Values;

/// <summary>A list or a tuple. Immutable: transformers renders in a sandbox that refuses to change lists, too.</summary>
/// <param name="items">The elements.</param>
/// <param name="origin">Where brackets and commas come from when it is printed.</param>
/// <param name="tuple">Whether it is a tuple, which prints in parentheses.</param>
internal sealed class ListValue(IReadOnlyList<TemplateValue> items, TextOrigin origin, bool tuple = false) : TemplateValue
{
    public ListValue(IReadOnlyList<TemplateValue> items)
        : this(items, TextOrigin.Template)
    {
    }

    public IReadOnlyList<TemplateValue> Items { get; } = items.Count <= TemplateLimits.Elements
        ? items
        : throw new TemplateFault($"a list has {items.Count} elements; at most {TemplateLimits.Elements} are allowed");

    public TextOrigin Origin { get; } = origin;

    public bool IsTuple { get; } = tuple;

    public override string TypeName => IsTuple ? "tuple" : "list";

    public override bool IsTrue => Items.Count > 0;
}
