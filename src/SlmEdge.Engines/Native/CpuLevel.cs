using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Engines.Native;

/// <summary>Names the vector instructions of this CPU.</summary>
public static class CpuLevel
{
    /// <summary>The vector instruction sets that matter for inference, such as <c>AVX2 FMA AVX-512F</c>.</summary>
    public static string Instructions { get; } = DescribeInstructions();

    /// <summary>An engine's chosen level together with the instructions, such as <c>haswell (AVX2 FMA)</c>.</summary>
    /// <param name="level">The level that the engine chose; empty when it names none.</param>
    public static string Describe(string level) =>
        string.IsNullOrEmpty(level) ? Instructions : $"{level} ({Instructions})";

    private static string DescribeInstructions()
    {
        (bool Has, string Name)[] sets =
        [
            (Sse42.IsSupported && !Avx.IsSupported, "SSE4.2"),
            (Avx.IsSupported && !Avx2.IsSupported, "AVX"),
            (Avx2.IsSupported, "AVX2"),
            (Fma.IsSupported, "FMA"),
            (AvxVnni.IsSupported, "AVX-VNNI"),
            (Avx512F.IsSupported, "AVX-512F"),
            (Avx512BW.IsSupported, "AVX-512BW"),
            (Avx512Vbmi.IsSupported, "AVX-512VBMI"),
            (AdvSimd.IsSupported, "NEON"),
            (Dp.IsSupported, "DotProd"),
        ];
        var names = string.Join(' ', sets.Where(set => set.Has).Select(set => set.Name));
        return names.Length > 0 ? names : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
