namespace SlmEdge.Tasks.Templates.Values;

/// <summary>The arguments of a call, a filter or a test.</summary>
/// <param name="function">What is called, for errors.</param>
/// <param name="positional">Arguments by place.</param>
/// <param name="named">Arguments by name, in the order given.</param>
internal sealed class CallArguments(string function, IReadOnlyList<TemplateValue> positional, IReadOnlyList<KeyValuePair<string, TemplateValue>> named)
{
    public string Function { get; } = function;

    public IReadOnlyList<TemplateValue> Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, TemplateValue>> Named { get; } = named;

    public static CallArguments None(string function) => new(function, [], []);

    /// <summary>Refuses arguments that the function does not have; afterwards they are found by place or by name.</summary>
    public CallArguments Accept(params ReadOnlySpan<string> names)
    {
        if (Positional.Count > names.Length)
        {
            throw new TemplateFault($"{Function} takes at most {names.Length} argument{(names.Length == 1 ? "" : "s")}, not {Positional.Count}");
        }

        foreach (KeyValuePair<string, TemplateValue> argument in Named)
        {
            int place = names.IndexOf(argument.Key);
            if (place < 0)
            {
                throw new TemplateFault($"{Function} has no argument '{argument.Key}'{(names.Length > 0 ? $"; it has {string.Join(", ", names.ToArray())}" : "")}");
            }

            if (place < Positional.Count)
            {
                throw new TemplateFault($"{Function} gets the argument '{argument.Key}' twice");
            }
        }

        return this;
    }

    public TemplateValue? Find(int place, string name) =>
        place < Positional.Count ? Positional[place] : Named.FirstOrDefault(argument => argument.Key == name).Value;

    public TemplateValue Require(int place, string name) => Find(place, name) ?? throw new TemplateFault($"{Function} needs the argument '{name}'");

    public bool Flag(int place, string name, bool otherwise = false) => Find(place, name)?.IsTrue ?? otherwise;

    public int Integer(int place, string name, int otherwise) => Find(place, name) switch
    {
        null => otherwise,
        IntegerValue { Value: >= int.MinValue and <= int.MaxValue } number => (int)number.Value,
        BooleanValue flag => flag.Value ? 1 : 0,
        var other => throw new TemplateFault($"the argument '{name}' of {Function} has to be an integer, not {other.TypeName}"),
    };

    public TemplateText Text(int place, string name) => Find(place, name) switch
    {
        null => throw new TemplateFault($"{Function} needs the argument '{name}'"),
        TextValue text => text.Text,
        var other => throw new TemplateFault($"the argument '{name}' of {Function} has to be a string, not {other.TypeName}"),
    };

    public TemplateText? OptionalText(int place, string name) => Find(place, name) is null or NoneValue ? null : Text(place, name);
}
