using System.Runtime.CompilerServices;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// Half-precision scales to single precision, exactly. The runtime's own conversion took most of the time of restoring a block of 32 values.
/// </summary>
internal static class HalfScale
{
    private const int Infinite = 0x7C00;

    /// <summary>Reads two bytes, little-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(ref byte source)
    {
        uint bits = Unsafe.ReadUnaligned<ushort>(ref source);

        // The exponent's bias differs by 112; multiplying also brings subnormal numbers into place.
        float magnitude = BitConverter.UInt32BitsToSingle((bits & 0x7FFF) << 13) * 5.192296858534828e33f;
        return (bits & Infinite) == Infinite
            ? (float)BitConverter.UInt16BitsToHalf((ushort)bits)
            : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) | ((bits & 0x8000) << 16));
    }
}
