namespace SlmEdge.Runtime.Tests;

/// <summary>Finds the shared test data beside the repository; a test that needs what is not there is skipped with the reason.</summary>
internal static class SharedData
{
    public static string Require(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
            {
                continue;
            }

            foreach (var up in new[] { "..", "../.." })
            {
                var path = Path.GetFullPath(Path.Combine(folder.FullName, up, "shared", relativePath));
                if (Path.Exists(path))
                {
                    return path;
                }
            }
        }

        throw new SkipException($"shared/{relativePath} is not beside the repository");
    }
}
