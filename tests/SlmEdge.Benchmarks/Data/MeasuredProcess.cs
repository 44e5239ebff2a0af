using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Data;

/// <summary>A process that was watched from outside, the same way whoever made it.</summary>
/// <param name="Seconds">From start to end.</param>
/// <param name="ProcessorSeconds">Processor time of all its threads: on a shared machine the steadier figure.</param>
/// <param name="PeakBytes">Its largest resident size (<c>VmHWM</c>).</param>
/// <param name="DiskBytes">By how much the disk of its folder was fuller at most than before.</param>
internal sealed record MeasuredProcess(double Seconds, double ProcessorSeconds, long PeakBytes, long DiskBytes)
{
    public static MeasuredProcess Run(string program, string[] arguments, string folder)
    {
        var disk = new DriveInfo(folder);
        long free = disk.AvailableFreeSpace;
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        (long peak, long used) = (0, 0);
        var processor = TimeSpan.Zero;
        while (!process.WaitForExit(100))
        {
            peak = Math.Max(peak, Peak(process.Id));
            processor = process.HasExited ? processor : process.TotalProcessorTime;
            used = Math.Max(used, free - disk.AvailableFreeSpace);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return process.ExitCode == 0 ? new MeasuredProcess(seconds, processor.TotalSeconds, peak, used) : throw new BenchmarkException($"'{program} {string.Join(' ', arguments)}' failed.");
    }

    private static long Peak(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
