namespace SlmEdge.Tasks.Templates.Values;

/// <summary>A floating-point number.</summary>
internal sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}
