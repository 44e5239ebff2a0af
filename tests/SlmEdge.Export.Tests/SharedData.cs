namespace SlmEdge.Export.Tests;

/// <summary>The data that lies beside the checkout on development machines.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder there; skips the test, with the reason, where it is absent.</summary>
    internal static string Require(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        string? found = folder is null ? null : ((string[])["..", "../.."]).Select(up => Path.GetFullPath(Path.Combine(folder.FullName, up, "shared", relative))).FirstOrDefault(Path.Exists);
        Skip.If(found is null, $"shared/{relative} is not beside this checkout");
        return found!;
    }
}
