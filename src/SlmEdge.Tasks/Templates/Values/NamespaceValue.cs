namespace SlmEdge.Tasks.Templates.Values;

/// <summary><c>namespace(…)</c>: the one value whose attributes a template may set.</summary>
internal sealed class NamespaceValue(Dictionary<string, TemplateValue> attributes) : TemplateValue
{
    public Dictionary<string, TemplateValue> Attributes { get; } = attributes;

    public override string TypeName => "Namespace";

    public override bool IsTrue => true;
}
