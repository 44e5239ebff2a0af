using System.Globalization;

namespace SlmEdge.Formats.Gguf;

/// <summary>One metadata value: a scalar, a string, or an array of them.</summary>
public sealed class GgufValue
{
    private readonly string _key;
    private readonly object _value;

    internal GgufValue(string key, GgufValueType type, GgufValueType? elementType, object value)
    {
        _key = key;
        _value = value;
        Type = type;
        ElementType = elementType;
    }

    /// <summary>The type in the file.</summary>
    public GgufValueType Type { get; }

    /// <summary>The type of an array's elements; null when this is no array.</summary>
    public GgufValueType? ElementType { get; }

    /// <summary>The number of elements of an array; 1 for anything else.</summary>
    public int Count => _value switch { GgufStrings strings => strings.Count, Array array => array.Length, _ => 1 };

    /// <summary>The string.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public string AsString() => _value as string ?? throw Wrong("a string");

    /// <summary>The boolean.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public bool AsBoolean() => _value is bool flag ? flag : throw Wrong("a boolean");

    /// <summary>Any integer type that fits.</summary>
    /// <exception cref="ModelFormatException">The value is no integer or does not fit.</exception>
    public long AsInt64() => _value switch
    {
        byte or sbyte or ushort or short or uint or int or long => Convert.ToInt64(_value, CultureInfo.InvariantCulture),
        ulong large when large <= long.MaxValue => (long)large,
        _ => throw Wrong("an integer"),
    };

    /// <summary>Any integer type that fits into 32 bits.</summary>
    /// <exception cref="ModelFormatException">The value is no integer or does not fit.</exception>
    public int AsInt32() => AsInt64() is long value and >= int.MinValue and <= int.MaxValue ? (int)value : throw Wrong("a 32-bit integer");

    /// <summary>A floating-point number of either width.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public double AsDouble() => _value switch
    {
        float single => single,
        double number => number,
        _ => throw Wrong("a floating-point number"),
    };

    /// <summary>The strings of an array.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public IReadOnlyList<string> AsStrings() => (_value as GgufStrings)?.Values ?? throw Wrong("an array of strings");

    /// <summary>The integers of an array of INT32 or UINT32 values that fit.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public IReadOnlyList<int> AsInt32s() => _value switch
    {
        // The order matters: the runtime converts freely between int[] and uint[].
        _ when ElementType == GgufValueType.Int32 => (int[])_value,
        _ when ElementType == GgufValueType.UInt32 => Array.ConvertAll((uint[])_value, u => u <= int.MaxValue ? (int)u : throw Wrong("an array of 32-bit integers")),
        _ => throw Wrong("an array of 32-bit integers"),
    };

    /// <summary>The numbers of an array of FLOAT32 values.</summary>
    /// <exception cref="ModelFormatException">The value is of another type.</exception>
    public IReadOnlyList<float> AsFloats() => _value as float[] ?? throw Wrong("an array of 32-bit floats");

    /// <summary>The value as text, shortened: for people.</summary>
    public override string ToString() => ElementType is not null
        ? string.Create(CultureInfo.InvariantCulture, $"{ElementType}[{Count}]")
        : Convert.ToString(_value, CultureInfo.InvariantCulture) ?? string.Empty;

    private ModelFormatException Wrong(string wanted) =>
        new($"is {Type}{(ElementType is null ? string.Empty : $" of {ElementType}")}, where {wanted} is needed", element: _key);
}
