using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>Sixteen small integers times one scale, with AVX2.</summary>
internal static class SignedBytes
{
    /// <summary>Stores <c>scale · bytes[i]</c>.</summary>
    /// <param name="bytes">The integers.</param>
    /// <param name="scale">The scale in every lane.</param>
    /// <param name="target">Where the values go.</param>
    /// <param name="at">Index of the first of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> bytes, Vector256<float> scale, ref float target, int at)
    {
        (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(bytes)) * scale).StoreUnsafe(ref target, (nuint)at);
        (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(bytes, 8))) * scale).StoreUnsafe(ref target, (nuint)at + 8);
    }
}
