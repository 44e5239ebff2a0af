namespace SlmEdge.Tasks.Templates.Values;

/// <summary>Something that a template can call: a macro, a method, a function of the environment.</summary>
/// <param name="name">What errors call it.</param>
/// <param name="call">What it does.</param>
internal sealed class FunctionValue(string name, Func<CallArguments, TemplateValue> call) : TemplateValue
{
    public string Name { get; } = name;

    public override string TypeName => "function";

    public override bool IsTrue => true;

    public TemplateValue Call(CallArguments arguments) => call(arguments);
}
