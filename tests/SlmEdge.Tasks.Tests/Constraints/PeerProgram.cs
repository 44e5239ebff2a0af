using System.Diagnostics;
using System.Text;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>A script in tests/peers that uses another maker's package. The test is skipped, with the reason, where it cannot run.</summary>
internal static class PeerProgram
{
    public static string Python(string script, string module, string debianPackage, string input)
    {
        string folder = Path.GetDirectoryName(SharedPeers())!;
        Skip.If(Start(["-c", $"import {module}"], folder, "").ExitCode != 0, $"the Python package {module} is not installed (Debian: apt-get install {debianPackage})");
        (int exitCode, string output, string error) = Start([script], folder, input);
        exitCode.ShouldBe(0, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(string[] arguments, string folder, string input)
    {
        string? file = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(place => Path.Combine(place, "python3")).FirstOrDefault(File.Exists);
        Skip.If(file is null, "python3 is not on the PATH");
        using Process process = Process.Start(new ProcessStartInfo(file!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    private static string SharedPeers()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "peers", "schema_peer.py");
    }
}
