namespace SlmEdge.Formats.Onnx;

/// <summary>One dimension of an input or output: a number, or a name for a size that is known only when the model runs. Converts from both.</summary>
public readonly record struct OnnxDimension
{
    private OnnxDimension(long? value, string? name)
    {
        Value = value;
        Name = name;
    }

    /// <summary>The size, or null when it is named or unknown.</summary>
    public long? Value { get; }

    /// <summary>The name, or null when it is a number or unknown.</summary>
    public string? Name { get; }

    /// <summary>A fixed size.</summary>
    public static OnnxDimension FromInt64(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new OnnxDimension(value, null);
    }

    /// <summary>A named size.</summary>
    public static OnnxDimension FromString(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new OnnxDimension(null, name);
    }

    /// <summary>A fixed size.</summary>
    public static implicit operator OnnxDimension(long value) => FromInt64(value);

    /// <summary>A named size.</summary>
    public static implicit operator OnnxDimension(string name) => FromString(name);

    /// <inheritdoc/>
    public override string ToString() => Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Name ?? "?";
}
