using System.Diagnostics;
using SlmEdge.Engines.Native;

namespace SlmEdge.Interop.Tests.Programs;

/// <summary>A C or C++ program that is built against the published library in a folder of its own, as an integrator would.</summary>
internal sealed class NativeProgram : IDisposable
{
    private static readonly string[] Warnings = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"];

    private readonly string folder = Directory.CreateTempSubdirectory("slm-interop-").FullName;

    /// <param name="source">The source file, in the repository.</param>
    /// <param name="library">The library to link, or null for the published one; empty for none.</param>
    public NativeProgram(string source, string? library = null)
    {
        var cpp = source.EndsWith(".cpp", StringComparison.Ordinal);
        library ??= PublishedLibrary.Require();
        FilePath = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
        string[] link = library.Length == 0 ? [] : [library, $"-Wl,-rpath,{Path.GetDirectoryName(library)}"];
        var (code, _, errors) = Run(
            Require(cpp ? "g++" : "gcc"),
            [cpp ? "-std=c++17" : "-std=c11", .. Warnings, "-I", PublishedLibrary.HeaderFolder, Repository.PathOf(source), .. link, "-o", FilePath]);
        code.ShouldBe(0, errors);
    }

    public string FilePath { get; }

    public static string Require(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists)
            ?? throw new SkipException($"there is no {tool} on the PATH (Debian: apt-get install gcc g++ python3)");

    public string Output(params string[] arguments)
    {
        var (code, output, errors) = Run(FilePath, arguments);
        code.ShouldBe(0, errors);
        return output;
    }

    public static (int Code, string Output, string Errors) Run(string program, string[] arguments, string? directory = null, string? engines = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "" };
        start.Environment.Remove(NativeLibraries.DirectoryVariable);
        start.Environment["PYTHONUTF8"] = "1";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        if (engines is not null)
        {
            start.Environment[NativeLibraries.DirectoryVariable] = engines;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
