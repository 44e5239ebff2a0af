namespace SlmEdge.Formats.Onnx;

/// <summary>An attribute of a node: a number, a text, or a list of them.</summary>
public sealed class OnnxAttribute
{
    internal OnnxAttribute(string name, OnnxAttributeType type, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Type = type;
        Value = value;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public OnnxAttributeType Type { get; }

    /// <summary>
    /// The value: <see cref="long"/>, <see cref="float"/>, <see cref="string"/> or a read-only list of these; null for the types that
    /// this library checks but does not keep (tensors, graphs).
    /// </summary>
    public object? Value { get; }

    /// <summary>An integer.</summary>
    public static OnnxAttribute Int(string name, long value) => new(name, OnnxAttributeType.Int, value);

    /// <summary>A single-precision number.</summary>
    public static OnnxAttribute Float(string name, float value) => new(name, OnnxAttributeType.Float, value);

    /// <summary>A text.</summary>
    public static OnnxAttribute String(string name, string value) => new(name, OnnxAttributeType.String, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Integers.</summary>
    public static OnnxAttribute Ints(string name, params long[] values) => new(name, OnnxAttributeType.Ints, Array.AsReadOnly([.. values]));

    /// <summary>Single-precision numbers.</summary>
    public static OnnxAttribute Floats(string name, params float[] values) => new(name, OnnxAttributeType.Floats, Array.AsReadOnly([.. values]));

    /// <summary>Texts.</summary>
    public static OnnxAttribute Strings(string name, params string[] values) => new(name, OnnxAttributeType.Strings, Array.AsReadOnly([.. values]));
}
