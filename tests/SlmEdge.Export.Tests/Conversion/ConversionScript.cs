using System.Diagnostics;

namespace SlmEdge.Export.Tests.Conversion;

/// <summary>
/// llama.cpp's own conversion scripts, of the same version as the engine, untouched: cloned once from the git bundle in the npm package node-llama-cpp and run
/// with Debian's Python. What Debian lacks for them stands in tests/peers/convert. Tests are skipped, with the reason, where a part is absent.
/// </summary>
internal static class ConversionScript
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Root = FindRoot();

    /// <summary>Runs a script of llama.cpp.</summary>
    internal static void Run(string script, params string[] arguments)
    {
        string sources = Sources();
        Skip.IfNot(
            File.Exists(Python) && Start(Python, ["-c", "import numpy, torch, yaml, sentencepiece, tqdm, requests"]).Code == 0,
            "Python lacks a module that the script needs; './build.sh --target Test' installs python3-torch, python3-numpy, python3-sentencepiece, python3-yaml, python3-tqdm, python3-requests");
        Succeed(Python, [Peer("run.py"), Path.Combine(sources, script), .. arguments]);
    }

    /// <summary>Runs a script of tests/peers/convert.</summary>
    internal static void RunOurs(string script, params string[] arguments) => Succeed(Python, [Peer(script), .. arguments]);

    private static string Peer(string script) => Path.Combine(Root, "tests", "peers", "convert", script);

    private static string Sources()
    {
        string target = Path.Combine(Root, "artifacts", "llama.cpp-0.5.0");
        if (Directory.Exists(target))
        {
            return target;
        }

        string bundle = Path.Combine(Root, "tests", "peers", "node_modules", "node-llama-cpp", "llama", "gitRelease.bundle");
        Skip.IfNot(File.Exists(bundle), "the npm package node-llama-cpp is not installed in tests/peers; './build.sh --target Test' installs it");
        string staging = $"{target}.{Guid.NewGuid():N}";
        Succeed("git", ["clone", "--quiet", "--depth", "1", bundle, staging]);
        try
        {
            Directory.Move(staging, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            Directory.Delete(staging, recursive: true);
        }

        return target;
    }

    private static void Succeed(string program, string[] arguments)
    {
        var (code, output) = Start(program, arguments);
        code.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}");
    }

    private static (int Code, string Output) Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
