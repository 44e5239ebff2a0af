using System.Globalization;
using System.Runtime.InteropServices;
using SlmEdge.Engines.Native;

namespace SlmEdge.Runtime.Tuning;

/// <summary>What of a machine decides how fast an engine runs on it: another one is measured anew.</summary>
public static class MachineFingerprint
{
    /// <summary>This machine: instruction set, processor, and how much of it this process may use.</summary>
    public static string Current { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}; {ProcessorName()}; {ProcessorTopology.PhysicalCores} cores, {Environment.ProcessorCount} threads");

    private static string ProcessorName()
    {
        const string Path = "/proc/cpuinfo";
        if (!System.IO.File.Exists(Path))
        {
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown processor";
        }

        // "model name" on x86, "CPU part" and "Hardware" on ARM.
        foreach (var field in new[] { "model name", "Hardware", "CPU part" })
        {
            foreach (var line in System.IO.File.ReadLines(Path))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && line.AsSpan(0, colon).Trim().SequenceEqual(field))
                {
                    return line[(colon + 1)..].Trim();
                }
            }
        }

        return "unknown processor";
    }
}
