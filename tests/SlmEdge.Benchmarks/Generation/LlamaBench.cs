using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Generation;

/// <summary>llama.cpp's own <c>llama-bench</c>: prompt or generation speed of a GGUF file, without sampling.</summary>
internal sealed class LlamaBench(string program, string gguf, int threads)
{
    /// <summary>Seconds for a prompt of so many tokens.</summary>
    public double Prompt(int tokens) => Run(tokens, 0);

    /// <summary>Seconds for so many tokens, one after the other.</summary>
    public double Generate(int tokens) => Run(0, tokens);

    private double Run(int prompt, int generated)
    {
        var start = new ProcessStartInfo(program,
        [
            "-m", gguf, "-t", Text(threads), "-p", Text(prompt), "-n", Text(generated), "-r", "1", "-o", "json", "-fa", "1",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new BenchmarkException($"'{program}' cannot be started.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonDocument.Parse(output).RootElement[0].GetProperty("avg_ns").GetDouble() / 1e9
            : throw new BenchmarkException($"llama-bench ended with {process.ExitCode}: {output}");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
