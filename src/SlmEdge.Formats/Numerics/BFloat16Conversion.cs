using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlmEdge.Formats.Numerics;

/// <summary>
/// Conversion between single precision and bfloat16 (the upper 16 bits of a single), rounding to nearest, ties to even.
/// A NaN stays a (quiet) NaN.
/// </summary>
public static class BFloat16Conversion
{
    /// <summary>Rounds one value.</summary>
    public static ushort FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)((bits >> 16) | 0x40);
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Widens one value exactly.</summary>
    public static float ToSingle(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <summary>Rounds <paramref name="source"/> into <paramref name="destination"/>, which must be at least as long.</summary>
    public static void FromSingle(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        destination = destination[..source.Length];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(source);
            for (; i <= source.Length - 16; i += 16)
            {
                Vector256<uint> low = Round(Vector256.Create(bits[i..]));
                Vector256<uint> high = Round(Vector256.Create(bits[(i + 8)..]));
                Vector256.Narrow(low, high).CopyTo(destination[i..]);
            }
        }

        for (; i < source.Length; i++)
        {
            destination[i] = FromSingle(source[i]);
        }
    }

    /// <summary>Widens <paramref name="source"/> into <paramref name="destination"/>, which must be at least as long.</summary>
    public static void ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        destination = destination[..source.Length];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
            for (; i <= source.Length - 16; i += 16)
            {
                (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Create(source[i..]));
                (low << 16).CopyTo(bits[i..]);
                (high << 16).CopyTo(bits[(i + 8)..]);
            }
        }

        for (; i < source.Length; i++)
        {
            destination[i] = ToSingle(source[i]);
        }
    }

    private static Vector256<uint> Round(Vector256<uint> bits)
    {
        Vector256<uint> upper = bits >>> 16;
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + (upper & Vector256<uint>.One)) >>> 16;
        Vector256<uint> isNaN = Vector256.GreaterThan(bits & Vector256.Create(0x7FFFFFFFu), Vector256.Create(0x7F800000u));
        return Vector256.ConditionalSelect(isNaN, upper | Vector256.Create(0x40u), rounded);
    }
}
