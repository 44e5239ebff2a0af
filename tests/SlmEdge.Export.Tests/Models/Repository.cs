namespace SlmEdge.Export.Tests.Models;

/// <summary>Files of the repository itself.</summary>
internal static class Repository
{
    public static string EdgeNano => At("models", "edge-nano");

    public static string At(params string[] parts)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "SlmEdge.sln")))
        {
            root = root.Parent;
        }

        return Path.Combine([root.FullName, .. parts]);
    }
}
