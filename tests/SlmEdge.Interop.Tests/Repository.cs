namespace SlmEdge.Interop.Tests;

/// <summary>Where the checkout is that these tests were built in.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"There is no SlmEdge.sln above {AppContext.BaseDirectory}.");
    }
}
