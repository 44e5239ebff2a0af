using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>A process that lives for moments: looked at every two milliseconds, so that its peak is not missed.</summary>
/// <param name="Seconds">From start to end.</param>
/// <param name="PeakBytes">Its largest resident size (<c>VmHWM</c>), mapped files included.</param>
internal sealed record ShortProcess(double Seconds, long PeakBytes)
{
    public static ShortProcess Run(string program, string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new BenchmarkException($"'{program}' cannot be started.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        long peak = 0;
        while (!process.WaitForExit(2))
        {
            peak = Math.Max(peak, Peak(process.Id));
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.WaitForExit();
        return process.ExitCode == 0
            ? new ShortProcess(seconds, peak)
            : throw new BenchmarkException($"'{program}' ended with {process.ExitCode}: {error.Result}{output.Result}");
    }

    private static long Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
