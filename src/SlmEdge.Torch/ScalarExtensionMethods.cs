namespace TorchSharp;

/// <summary>Makes scalars of numbers, and numbers of scalars.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this byte value) => value;

    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this int value) => value;

    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this long value) => value;

    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this float value) => value;

    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this double value) => value;

    /// <summary>The boolean as a scalar.</summary>
    public static Scalar ToScalar(this bool value) => value;

    /// <summary>The scalar as a single-precision number.</summary>
    public static float ToSingle(this Scalar value) => (float)value.AsDouble();

    /// <summary>The scalar as a double-precision number.</summary>
    public static double ToDouble(this Scalar value) => value.AsDouble();

    /// <summary>The scalar as an 8-bit number.</summary>
    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsInt64());

    /// <summary>The scalar as a byte.</summary>
    public static byte ToByte(this Scalar value) => checked((byte)value.AsInt64());

    /// <summary>The scalar as a 16-bit number.</summary>
    public static short ToInt16(this Scalar value) => checked((short)value.AsInt64());

    /// <summary>The scalar as a 32-bit number.</summary>
    public static int ToInt32(this Scalar value) => checked((int)value.AsInt64());

    /// <summary>The scalar as a 64-bit number.</summary>
    public static long ToInt64(this Scalar value) => value.AsInt64();

    /// <summary>The scalar as a boolean.</summary>
    public static bool ToBoolean(this Scalar value) => value.AsInt64() != 0;

    /// <summary>The scalar as a half-precision number.</summary>
    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble();
}
