using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.Repository;

public sealed class RepositoryFilesTests
{
    // Compiled ahead of time for minutes with a compiler of their own: build.cake or the document names how.
    private static readonly string[] OutsideTheSolution = ["src/SlmEdge.Interop/SlmEdge.Interop.csproj", "tools/slm-edge-native/slm-edge-native.csproj"];

    [Theory]
    [InlineData("engines")]
    [InlineData("engines/linux-arm64")]
    [InlineData("tests/peers")]
    public void The_lock_file_pins_every_package_by_hash_and_names_no_host(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Combine(folder, "package-lock.json")));
        var packages = document.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0).ToArray();
        packages.Length.ShouldBeGreaterThan(2);
        foreach (var package in packages)
        {
            package.Value.TryGetProperty("integrity", out var hash).ShouldBeTrue(package.Name);
            hash.GetString()!.ShouldStartWith("sha512-");
            package.Value.TryGetProperty("resolved", out _).ShouldBeFalse(package.Name);
        }
    }

    [Fact]
    public void Every_project_below_src_tools_and_tests_stands_in_the_solution()
    {
        var solution = File.ReadAllText(RepositoryRoot.Combine("SlmEdge.sln")).Replace('\\', '/');
        var projects = new[] { "src", "tools", "tests" }.SelectMany(folder => Directory.GetFiles(RepositoryRoot.Combine(folder), "*.csproj", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path));
        projects.Where(project => !solution.Contains(project, StringComparison.Ordinal)).ShouldBe(OutsideTheSolution, ignoreOrder: true);
    }
}
