namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>What an attribute of an operator may be.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">An integer, a number or a text.</param>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest.</param>
/// <param name="Required">Whether it has to be there; else the operator's own default holds.</param>
/// <param name="Texts">What a text may be.</param>
internal sealed record OnnxAttributeRule(string Name, OnnxAttributeType Type, double Low, double High, bool Required, params string[] Texts)
{
    public static OnnxAttributeRule Int(string name, long low, long high, bool required = false) => new(name, OnnxAttributeType.Int, low, high, required);

    public static OnnxAttributeRule Float(string name, float low, float high) => new(name, OnnxAttributeType.Float, low, high, false);

    public static OnnxAttributeRule Text(string name, params string[] values) => new(name, OnnxAttributeType.String, 0, 0, false, values);

    /// <summary>What is wrong with an attribute of this name, or null.</summary>
    public string? Refuse(OnnxAttribute attribute) => attribute.Value switch
    {
        _ when attribute.Type != Type => $"is of the type {attribute.Type} instead of {Type}",
        long value when value < Low || value > High => $"is {value} instead of {Low} to {High}",
        float value when !(value >= Low && value <= High) => $"is {value} instead of {Low} to {High}",
        string value when !Texts.Contains(value) => $"is none of {string.Join(", ", Texts)}",
        _ => null,
    };
}
