using System.Text.Json;

namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>A script in tests/peers that drives a program of another maker. Skips the test where Node or the packages are absent.</summary>
internal static class NodeScript
{
    internal static T Run<T>(string script, string package, string input, params string[] arguments)
    {
        var node = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
        Skip.If(node is null, "node is not on the PATH; './build.sh --target Test' says how to get the peers");
        var peers = RepositoryRoot.Combine("tests", "peers");
        Skip.IfNot(Directory.Exists(Path.Combine(peers, "node_modules", package)), $"the npm package {package} is not installed in tests/peers; './build.sh --target Test' installs it");
        using var program = new RunningProgram(node!, [Path.Combine(peers, script), .. arguments], peers, input);
        var result = program.Wait().ShouldSucceed();
        var line = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!;
    }
}
