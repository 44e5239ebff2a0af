using System.Globalization;

namespace SlmEdge.Engines.Native;

/// <summary>How many threads an evaluation should use.</summary>
public static class ProcessorTopology
{
    /// <summary>
    /// Physical cores that this process may use. Two hardware threads of one core share its vector units, so more
    /// threads than cores make matrix multiplications slower. Limits set on the process (affinity, container) count.
    /// </summary>
    public static int PhysicalCores { get; } = CountPhysicalCores();

    private static int CountPhysicalCores()
    {
        var usable = Environment.ProcessorCount;
        const string root = "/sys/devices/system/cpu";
        if (!Directory.Exists(root))
        {
            return usable;
        }

        var cores = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cpu in Directory.EnumerateDirectories(root, "cpu*"))
        {
            if (!int.TryParse(Path.GetFileName(cpu).AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                continue;
            }

            var siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
            try
            {
                cores.Add(File.ReadAllText(siblings).Trim());
            }
            catch (IOException)
            {
                // A core that is switched off has no topology.
            }
            catch (UnauthorizedAccessException)
            {
                return usable;
            }
        }

        return cores.Count == 0 ? usable : Math.Min(usable, cores.Count);
    }
}
