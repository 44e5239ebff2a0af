using System.Globalization;

namespace SlmEdge.Benchmarks.Soak;

/// <summary>What a process holds at one moment.</summary>
/// <param name="Resident">Resident bytes, mapped files included.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessSample(long Resident, int Handles, int Threads)
{
    public static ProcessSample Of(int process)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");

        // proc(5): the second number of statm counts resident pages.
        var pages = long.Parse(File.ReadAllText(folder + "/statm").Split(' ')[1], CultureInfo.InvariantCulture);
        return new ProcessSample(
            pages * Environment.SystemPageSize, Directory.EnumerateFileSystemEntries(folder + "/fd").Count(), Directory.EnumerateDirectories(folder + "/task").Count());
    }
}
