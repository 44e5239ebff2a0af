namespace SlmEdge.Formats.Tests;

/// <summary>Real files that stand beside the repository and are not part of it.</summary>
internal static class SharedData
{
    public static string Require(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
            {
                continue;
            }

            foreach (string up in (string[])["..", "../.."])
            {
                string path = Path.GetFullPath(Path.Combine(folder.FullName, up, "shared", relative));
                if (File.Exists(path) || Directory.Exists(path))
                {
                    return path;
                }
            }
        }

        Skip.If(true, $"shared/{relative} does not stand beside the repository.");
        throw new InvalidOperationException("unreachable");
    }
}
