using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>Scripts in tests/peers that render with other makers' Jinja. A test that needs one is skipped, with the reason, where it cannot run.</summary>
internal static class PeerScript
{
    public static JinjaResult[] Node(object cases)
    {
        string folder = Folder();
        Skip.IfNot(Directory.Exists(Path.Combine(folder, "node_modules", "@huggingface", "jinja")), "the npm package @huggingface/jinja is not installed in tests/peers; './build.sh --target Test' installs it");
        return Run("node", ["jinja.mjs"], folder, JsonSerializer.Serialize(cases));
    }

    public static JinjaResult[] Python(object cases)
    {
        string folder = Folder();
        Skip.If(Start("python3", ["-c", "import jinja2"], folder, null).ExitCode != 0, "the Python package jinja2 is not installed (Debian: apt-get install python3-jinja2)");
        return Run("python3", ["jinja_sandbox.py"], folder, JsonSerializer.Serialize(cases));
    }

    private static JinjaResult[] Run(string program, string[] arguments, string folder, string input)
    {
        (int exitCode, string output, string error) = Start(program, arguments, folder, input);
        exitCode.ShouldBe(0, error);
        return JsonSerializer.Deserialize<JinjaResult[]>(output, JsonSerializerOptions.Web)!;
    }

    private static (int ExitCode, string Output, string Error) Start(string program, string[] arguments, string folder, string? input)
    {
        string? file = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);
        Skip.If(file is null, $"{program} is not on the PATH");
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
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    private static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "peers");
    }
}
