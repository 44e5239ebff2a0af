namespace SlmEdge.Datasets.Tests;

/// <summary>Finds the third-party data beside the repository; tests that need it are skipped where it is not.</summary>
internal static class SharedData
{
    public static string Locate(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
            {
                foreach (string shared in (string[])["../shared", "../../shared"])
                {
                    string path = Path.GetFullPath(Path.Combine(folder.FullName, shared, relative));
                    if (File.Exists(path))
                    {
                        return path;
                    }
                }
            }
        }

        throw new SkipException($"shared/{relative} is not beside this checkout");
    }
}
