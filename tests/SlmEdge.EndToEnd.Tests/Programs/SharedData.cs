namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>The data that lies beside the checkout on development machines.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder there; skips the test, with the reason, where it is absent.</summary>
    internal static string Require(string relative)
    {
        var found = ((string[])["..", "../.."]).Select(up => Path.GetFullPath(RepositoryRoot.Combine(up, "shared", relative))).FirstOrDefault(Path.Exists);
        Skip.If(found is null, $"shared/{relative} is not beside this checkout");
        return found!;
    }
}
