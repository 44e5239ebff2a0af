using System.Globalization;

namespace SlmEdge.Training.Memory;

/// <summary>What this process can still get of main memory.</summary>
internal static class AvailableMemory
{
    /// <summary>
    /// The kernel's own estimate (<c>MemAvailable</c> of <c>/proc/meminfo</c>) and, where this process lives in control groups with a limit, what those have
    /// left; null where neither can be read.
    /// </summary>
    public static long? Read() => Read("/proc/meminfo", "/proc/self/cgroup", "/sys/fs/cgroup");

    /// <summary>As <see cref="Read()"/>, of other files.</summary>
    internal static long? Read(string meminfo, string membership, string groups)
    {
        var system = Lines(meminfo).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? 1024 * Number(line.Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal).Trim())
            : null;
        long?[] all = [system, .. GroupsOf(membership, groups).Select(LeftIn)];
        return all.Min();
    }

    /// <summary>The process's group of the unified hierarchy (cgroups(7), version 2) and the groups around it.</summary>
    private static IEnumerable<string> GroupsOf(string membership, string root)
    {
        var path = Lines(membership).FirstOrDefault(l => l.StartsWith("0::", StringComparison.Ordinal))?[3..].Trim('/') ?? string.Empty;
        while (true)
        {
            yield return Path.Combine(root, path);
            if (path.Length == 0)
            {
                yield break;
            }

            path = Path.GetDirectoryName(path) ?? string.Empty;
        }
    }

    /// <summary>The limit less what is in use, of which cached files that nobody uses can be dropped.</summary>
    private static long? LeftIn(string group)
    {
        var limit = Number(Lines(Path.Combine(group, "memory.max")).FirstOrDefault());
        var used = Number(Lines(Path.Combine(group, "memory.current")).FirstOrDefault());
        var cached = Number(Lines(Path.Combine(group, "memory.stat")).FirstOrDefault(l => l.StartsWith("inactive_file ", StringComparison.Ordinal))?.Split(' ')[1]);
        return limit is null || used is null ? null : Math.Max(0, limit.Value - used.Value + (cached ?? 0));
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
