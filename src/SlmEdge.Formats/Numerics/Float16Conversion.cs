using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SlmEdge.Formats.Numerics;

/// <summary>Conversion between single and half precision (IEEE 754 binary16), rounding to nearest, ties to even; values beyond ±65504 become infinite.</summary>
public static class Float16Conversion
{
    /// <summary>Rounds <paramref name="source"/> into the bits of <paramref name="destination"/>, which must be at least as long.</summary>
    public static void FromSingle(ReadOnlySpan<float> source, Span<ushort> destination) =>
        TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<ushort, Half>(destination[..source.Length]));

    /// <summary>Widens the bits of <paramref name="source"/> into <paramref name="destination"/>, which must be at least as long.</summary>
    public static void ToSingle(ReadOnlySpan<ushort> source, Span<float> destination) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(source), destination[..source.Length]);
}
