using System.Text.Json;

namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>A Python script of tests/peers, run with Debian's Python. Skips the test where a module is absent.</summary>
internal static class PythonScript
{
    /// <summary>Debian's, which has Debian's modules; another Python may come first on the PATH.</summary>
    private const string Python = "/usr/bin/python3";

    internal static T Run<T>(string script, string module, string package, string input, params string[] arguments)
    {
        Skip.IfNot(File.Exists(Python), $"there is no {Python}");
        using (var probe = new RunningProgram(Python, ["-c", $"import {module}"], RepositoryRoot.Path))
        {
            Skip.IfNot(probe.Wait().ExitCode == 0, $"Python has no module {module}; './build.sh --target Test' installs {package}");
        }

        using var program = new RunningProgram(Python, [RepositoryRoot.Combine("tests", "peers", script), .. arguments], RepositoryRoot.Path, input);
        return JsonSerializer.Deserialize<T>(program.Wait().ShouldSucceed().Output, JsonSerializerOptions.Web)!;
    }
}
