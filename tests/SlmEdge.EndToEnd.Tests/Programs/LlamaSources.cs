namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>The sources of llama.cpp of the same version as the engine: a git bundle in the npm package node-llama-cpp, cloned once into artifacts/.</summary>
internal static class LlamaSources
{
    internal static string Require()
    {
        var target = RepositoryRoot.Combine("artifacts", "llama.cpp-0.5.0");
        if (Directory.Exists(target))
        {
            return target;
        }

        var bundle = RepositoryRoot.Combine("tests", "peers", "node_modules", "node-llama-cpp", "llama", "gitRelease.bundle");
        Skip.IfNot(File.Exists(bundle), "the npm package node-llama-cpp is not installed in tests/peers; './build.sh --target Test' installs it");
        var git = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Select(folder => Path.Combine(folder, "git")).FirstOrDefault(File.Exists);
        Skip.If(git is null, "git is not on the PATH");
        var staging = $"{target}.{Guid.NewGuid():N}";
        using (var clone = new RunningProgram(git!, ["clone", "--quiet", "--depth", "1", bundle, staging], RepositoryRoot.Path))
        {
            clone.Wait().ShouldSucceed();
        }

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
}
