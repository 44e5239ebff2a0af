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

    // By CPUID, because a program compiled ahead of time answers IsSupported for what it was compiled for.
    private static string DescribeInstructions()
    {
        var names = string.Join(' ', (X86Base.IsSupported ? OfX86() : [(AdvSimd.IsSupported, "NEON"), (Dp.IsSupported, "DotProd")]).Where(set => set.Has).Select(set => set.Name));
        return names.Length > 0 ? names : RuntimeInformation.ProcessArchitecture.ToString();
    }

    // Bits of leaf 1, and of leaf 7 with sub-leaves 0 and 1, as in Intel's and AMD's manuals.
    private static (bool Has, string Name)[] OfX86()
    {
        var highest = X86Base.CpuId(0, 0).Eax;
        var one = X86Base.CpuId(1, 0);
        var seven = highest >= 7 ? X86Base.CpuId(7, 0) : default;
        var sevenOne = seven.Eax >= 1 ? X86Base.CpuId(7, 1) : default;
        var avx = Has(one.Ecx, 28);
        var avx2 = Has(seven.Ebx, 5);
        return
        [
            (Has(one.Ecx, 20) && !avx, "SSE4.2"),
            (avx && !avx2, "AVX"),
            (avx2, "AVX2"),
            (Has(one.Ecx, 12), "FMA"),
            (Has(sevenOne.Eax, 4), "AVX-VNNI"),
            (Has(seven.Ebx, 16), "AVX-512F"),
            (Has(seven.Ebx, 30), "AVX-512BW"),
            (Has(seven.Ecx, 1), "AVX-512VBMI"),
        ];

        static bool Has(int register, int bit) => (register >> bit & 1) != 0;
    }
}
