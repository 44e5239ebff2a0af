using System.Diagnostics;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>This program in a process of its own, whose peak memory is its own.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a hidden command, and reads the JSON that it prints as its last line.</summary>
    public static T Run<T>(params string[] command)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, command) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new BenchmarkException("The benchmark cannot start itself.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], JsonSerializerOptions.Web)!
            : throw new BenchmarkException($"'{string.Join(' ', command)}' ended with {process.ExitCode}.");
    }
}
