namespace SlmEdge.Tasks.Templates.Values;

/// <summary>An integer of 64 bits; a result that does not fit is an error where Python would go on with a longer one.</summary>
internal sealed class IntegerValue(long value) : TemplateValue
{
    public long Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => Value != 0;
}
