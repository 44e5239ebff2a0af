using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>
/// Which of ggml's CPU libraries suits this processor. ggml finds out by loading each of them in turn, which takes longer than loading a small model; the names,
/// the instruction sets that each is compiled for and their order are those of <c>ggml/src/CMakeLists.txt</c> and <c>cpu-feats.cpp</c> of llama.cpp 0.5.0. ggml checks
/// the library once more when it is loaded.
/// </summary>
internal static class CpuVariant
{
    [Flags]
    private enum Sets
    {
        None = 0,
        Fma = 1 << 0,
        F16c = 1 << 1,
        Sse42 = 1 << 2,
        Bmi2 = 1 << 3,
        Avx = 1 << 4,
        Avx2 = 1 << 5,
        AvxVnni = 1 << 6,
        Avx512 = 1 << 7,
        Avx512Vbmi = 1 << 8,
        Avx512Bf16 = 1 << 9,
        Avx512Vnni = 1 << 10,
        AmxInt8 = 1 << 11,
        Haswell = Sse42 | Avx | F16c | Fma | Avx2 | Bmi2,
        Skylakex = Haswell | Avx512,
    }

    // The bits are ggml's scores: the largest sum of those that the processor has is the library that ggml would choose.
    private static readonly (string Name, Sets Needs)[] Known =
    [
        ("sapphirerapids", Sets.Skylakex | Sets.Avx512Vbmi | Sets.Avx512Vnni | Sets.Avx512Bf16 | Sets.AmxInt8),
        ("zen4", Sets.Skylakex | Sets.Avx512Vbmi | Sets.Avx512Vnni | Sets.Avx512Bf16),
        ("cooperlake", Sets.Skylakex | Sets.Avx512Vnni | Sets.Avx512Bf16),
        ("icelake", Sets.Skylakex | Sets.Avx512Vbmi | Sets.Avx512Vnni),
        ("cascadelake", Sets.Skylakex | Sets.Avx512Vnni),
        ("cannonlake", Sets.Skylakex | Sets.Avx512Vbmi),
        ("skylakex", Sets.Skylakex),
        ("alderlake", Sets.Haswell | Sets.AvxVnni),
        ("haswell", Sets.Haswell),
        ("piledriver", Sets.Sse42 | Sets.Avx | Sets.F16c | Sets.Fma),
        ("ivybridge", Sets.Sse42 | Sets.Avx | Sets.F16c),
        ("sandybridge", Sets.Sse42 | Sets.Avx),
        ("sse42", Sets.Sse42),
        ("x64", Sets.None),
    ];

    /// <summary>
    /// The name of the library in a folder that ggml would choose, or null where ggml has to look itself: on other processors, and where there are backends beside
    /// those for the CPU, or CPU libraries that are not known here.
    /// </summary>
    /// <param name="directory">Where the libraries lie.</param>
    internal static string? Find(string directory)
    {
        if (!X86Base.X64.IsSupported || !OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("GGML_BACKEND_PATH") is not null)
        {
            return null;
        }

        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(directory, "libggml-*.so"))
        {
            var name = Path.GetFileNameWithoutExtension(path.AsSpan())["libggml-".Length..];
            if (name.StartsWith("cpu-", StringComparison.Ordinal))
            {
                there.Add(name["cpu-".Length..].ToString());
            }
            else if (name is not "base")
            {
                return null;
            }
        }

        if (there.Any(name => !Known.Any(variant => variant.Name == name)))
        {
            return null;
        }

        var has = Supported();
        return Known.FirstOrDefault(variant => (variant.Needs & has) == variant.Needs && there.Contains(variant.Name)).Name;
    }

    /// <summary>Path of a CPU library.</summary>
    internal static string PathOf(string directory, string name) => Path.Combine(directory, $"libggml-cpu-{name}.so");

    // Bits of CPUID as in Intel's and AMD's manuals (leaf 1, and leaf 7 with sub-leaves 0 and 1).
    private static Sets Supported()
    {
        var highest = X86Base.CpuId(0, 0).Eax;
        var one = X86Base.CpuId(1, 0);
        var seven = highest >= 7 ? X86Base.CpuId(7, 0) : default;
        var sevenOne = seven.Eax >= 1 ? X86Base.CpuId(7, 1) : default;
        const int Avx512Foundation = 1 << 16, Avx512Dq = 1 << 17, Avx512Cd = 1 << 28, Avx512Bw = 1 << 30, Avx512Vl = 1 << 31;
        const int Avx512All = Avx512Foundation | Avx512Dq | Avx512Cd | Avx512Bw | Avx512Vl;
        return If(one.Ecx, 1 << 12, Sets.Fma) | If(one.Ecx, 1 << 29, Sets.F16c) | If(one.Ecx, 1 << 20, Sets.Sse42) | If(one.Ecx, 1 << 28, Sets.Avx)
            | If(seven.Ebx, 1 << 8, Sets.Bmi2) | If(seven.Ebx, 1 << 5, Sets.Avx2) | If(seven.Ebx, Avx512All, Sets.Avx512)
            | If(seven.Ecx, 1 << 1, Sets.Avx512Vbmi) | If(seven.Ecx, 1 << 11, Sets.Avx512Vnni) | If(seven.Edx, 1 << 25, Sets.AmxInt8)
            | If(sevenOne.Eax, 1 << 4, Sets.AvxVnni) | If(sevenOne.Eax, 1 << 5, Sets.Avx512Bf16);

        static Sets If(int register, int bits, Sets sets) => (register & bits) == bits ? sets : Sets.None;
    }
}
