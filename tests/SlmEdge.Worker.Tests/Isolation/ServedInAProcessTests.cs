using System.Globalization;
using SlmEdge.Runtime.Tests;
using SlmEdge.Worker.Tests.CommandLine;

namespace SlmEdge.Worker.Tests.Isolation;

public sealed class ServedInAProcessTests
{
    [Fact]
    public async Task The_engines_process_ends_with_a_service_that_is_killed()
    {
        using var bundle = TinyBundle.Create();
        using var edge = EdgeProcess.Start("serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", "1", "--urls", "http://127.0.0.1:0");
        await edge.Process.StandardOutput.ReadLineAsync();
        var parent = edge.Process.Id.ToString(CultureInfo.InvariantCulture);
        var children = (await File.ReadAllTextAsync($"/proc/{parent}/task/{parent}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Directory.GetDirectories($"/proc/{parent}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Distinct().ToArray();
        children.ShouldNotBeEmpty();
        edge.Process.Kill();
        await edge.Process.WaitForExitAsync();

        // The child has the service's standard output: its end is the end of the last process that can write there.
        (await edge.Process.StandardOutput.ReadToEndAsync()).ShouldBeEmpty();
    }
}
