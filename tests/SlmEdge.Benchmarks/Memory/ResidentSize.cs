using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>The resident size of a process at its largest, from <c>/proc/PID/status</c>, looked at every five milliseconds while it runs.</summary>
/// <param name="Peak">The largest (<c>VmHWM</c>): mapped files count, as far as they were touched.</param>
/// <param name="Anonymous">Of that, memory of its own (<c>RssAnon</c>), when the whole was largest.</param>
/// <param name="File">Of that, mapped files (<c>RssFile</c>): weights, programs, libraries; the kernel can drop them and read them again.</param>
internal sealed record ResidentSize(long Peak, long Anonymous, long File)
{
    public static ResidentSize Of(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new BenchmarkException($"'{program}' cannot be started.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        var largest = new ResidentSize(0, 0, 0);
        while (!process.WaitForExit(5))
        {
            if (Look(process.Id) is { } now)
            {
                largest = now.Anonymous + now.File >= largest.Anonymous + largest.File ? now : largest with { Peak = Math.Max(largest.Peak, now.Peak) };
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? largest
            : throw new BenchmarkException($"'{program}' ended with {process.ExitCode}: {error.Result}{output.Result}");
    }

    private static ResidentSize? Look(int process)
    {
        try
        {
            var lines = System.IO.File.ReadAllLines($"/proc/{process}/status");
            return lines.Any(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) ? new ResidentSize(Bytes(lines, "VmHWM:"), Bytes(lines, "RssAnon:"), Bytes(lines, "RssFile:")) : null;
        }
        catch (IOException)
        {
            // It has just ended.
            return null;
        }
    }

    private static long Bytes(string[] lines, string field) =>
        1024 * long.Parse(lines.First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
}
