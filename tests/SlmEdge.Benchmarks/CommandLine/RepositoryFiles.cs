namespace SlmEdge.Benchmarks.CommandLine;

/// <summary>Files of the repository that the benchmarks use, found from where the program stands.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>A script of a peer, beside this program's sources.</summary>
    public static string Peer(string name) => Path.Combine(Root, "tests", "SlmEdge.Benchmarks", "peers", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new BenchmarkException("The benchmarks run from a checkout of the repository: no SlmEdge.sln above the program.");
    }
}
