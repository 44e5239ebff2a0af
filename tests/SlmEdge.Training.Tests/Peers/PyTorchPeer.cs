using System.Diagnostics;
using System.Text.Json;

namespace SlmEdge.Training.Tests.Peers;

/// <summary>Runs a script of <c>tests/peers</c> with a Python that has torch (Debian: python3-torch).</summary>
internal static class PyTorchPeer
{
    private static readonly Lazy<string?> Python = new(() => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasTorch));

    /// <summary>The JSON that the script prints; skips the test, with the reason, where there is no such Python.</summary>
    public static JsonElement Run(string script, string folder)
    {
        Skip.If(Python.Value is null, "no python3 with torch (Debian: apt-get install python3-torch)");
        using var process = Process.Start(new ProcessStartInfo(Python.Value!, [Path.Combine(Root(), "tests", "peers", script), folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private static bool HasTorch(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardError = true });
            process!.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
