using System.Diagnostics;
using System.Text;

namespace SlmEdge.Tasks.Tests;

/// <summary>Scripts in tests/peers that use other makers' packages. A test that needs one is skipped, with the reason, where it cannot run.</summary>
internal static class PeerProgram
{
    private static string Folder { get; } = FindFolder();

    /// <summary>What a script writes to an input; it needs a package of npm.</summary>
    public static string Node(string script, string package, string input)
    {
        Skip.IfNot(
            Directory.Exists(Path.Combine([Folder, "node_modules", .. package.Split('/')])), $"the npm package {package} is not installed in tests/peers; './build.sh --target Test' installs it");
        return Run("node", script, input);
    }

    /// <summary>What a script writes to an input; it needs a module of Python.</summary>
    public static string Python(string script, string module, string debianPackage, string input)
    {
        Skip.If(Start("python3", ["-c", $"import {module}"], "").ExitCode != 0, $"the Python package {module} is not installed (Debian: apt-get install {debianPackage})");
        return Run("python3", script, input);
    }

    private static string Run(string program, string script, string input)
    {
        (int exitCode, string output, string error) = Start(program, [script], input);
        exitCode.ShouldBe(0, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(string program, string[] arguments, string input)
    {
        string? file = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);
        Skip.If(file is null, $"{program} is not on the PATH");
        using Process process = Process.Start(new ProcessStartInfo(file!, arguments)
        {
            WorkingDirectory = Folder,
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

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "peers");
    }
}
