using System.Globalization;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>The largest resident size of this process, mapped files included, since the process or the last call of <see cref="ResetPeak"/> began.</summary>
internal static class ProcessMemory
{
    public static long Peak => Machine.StatusBytes("VmHWM");

    /// <summary>Lets the kernel count the peak anew (proc(5), <c>clear_refs</c>).</summary>
    public static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>For example <c>2.31 GB</c>; a GB is 10⁹ bytes.</summary>
    public static string Text(long bytes) => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB";
}
