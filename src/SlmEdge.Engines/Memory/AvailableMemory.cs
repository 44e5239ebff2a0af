using System.Globalization;

namespace SlmEdge.Engines.Memory;

/// <summary>What this process can still have.</summary>
public static class AvailableMemory
{
    /// <summary>
    /// Bytes that are free for this process: the kernel's <c>MemAvailable</c>, or what a control group leaves where that is less. Elsewhere than
    /// on Linux what the runtime sees of the machine.
    /// </summary>
    public static long Measure()
    {
        var least = ReadMemInfo() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (var (limit, used) in new[]
        {
            ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        })
        {
            // "max" where there is none. What files keep in the cache counts as used; the kernel gives it up when it is needed.
            if (ReadNumber(limit) is { } most && ReadNumber(used) is { } now)
            {
                least = Math.Min(least, Math.Max(0, most - now + ReadCached()));
            }
        }

        return least;
    }

    private static long? ReadMemInfo()
    {
        const string Path = "/proc/meminfo";
        if (!File.Exists(Path))
        {
            return null;
        }

        foreach (var line in File.ReadLines(Path))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(13).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            {
                return kilobytes * 1024;
            }
        }

        return null;
    }

    private static long ReadCached()
    {
        foreach (var path in new[] { "/sys/fs/cgroup/memory.stat", "/sys/fs/cgroup/memory/memory.stat" })
        {
            if (!File.Exists(path))
            {
                continue;
            }

            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith("inactive_file ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(14), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                {
                    return bytes;
                }
            }
        }

        return 0;
    }

    private static long? ReadNumber(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
