namespace SlmEdge.Tasks.Templates.Values;

/// <summary>The value of a name or an attribute that does not exist: it prints as nothing and is false, but most operations on it are errors.</summary>
/// <param name="what">What does not exist, for errors.</param>
internal sealed class UndefinedValue(string what) : TemplateValue
{
    public string What { get; } = what;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public TemplateFault Fault() => new($"{What} is undefined");
}
