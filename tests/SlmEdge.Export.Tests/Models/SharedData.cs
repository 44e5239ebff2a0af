namespace SlmEdge.Export.Tests.Models;

/// <summary>The data that lies beside the repository on development machines.</summary>
internal static class SharedData
{
    /// <summary>Path of a shared file; skips the test, with the reason, where it is absent.</summary>
    public static string Require(string relative)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "SlmEdge.sln")))
        {
            root = root.Parent;
        }

        var candidates = root is null ? [] : new[] { "..", Path.Combine("..", "..") }.Select(up => Path.GetFullPath(Path.Combine(root.FullName, up, "shared", relative)));
        var found = candidates.FirstOrDefault(p => File.Exists(p) || System.IO.Directory.Exists(p));
        Skip.If(found is null, $"shared/{relative} is not on this machine");
        return found!;
    }
}
