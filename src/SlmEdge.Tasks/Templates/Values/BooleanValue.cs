namespace SlmEdge.Tasks.Templates.Values;

/// <summary><c>true</c> or <c>false</c>. In arithmetic they are 1 and 0.</summary>
internal sealed class BooleanValue : TemplateValue
{
    private BooleanValue(bool value) => Value = value;

    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public bool Value { get; }

    public override string TypeName => "bool";

    public override bool IsTrue => Value;

    public static BooleanValue Of(bool value) => value ? True : False;
}
