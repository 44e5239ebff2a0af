using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Benchmarks.Measurement;

/// <summary>What the measurements were taken on.</summary>
internal static class Machine
{
    /// <summary>One line for the report: date, processor, cores of this process, vector instructions.</summary>
    public static string Describe()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var model = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {model ?? "unknown processor"}, {Environment.ProcessorCount} core(s) for this process, {vectors}");
    }

    /// <summary>A value of <c>/proc/self/status</c> in bytes, for example <c>VmHWM</c>, the largest resident size so far.</summary>
    public static long StatusBytes(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
