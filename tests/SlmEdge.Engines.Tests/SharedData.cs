namespace SlmEdge.Engines.Tests;

/// <summary>Finds the data folder that lies beside the repository, not in it.</summary>
internal static class SharedData
{
    /// <summary>A real trained Llama of 260,000 parameters, F32, with a SentencePiece vocabulary of 512 tokens.</summary>
    internal static string Stories() => Require("data/models/stories260K.gguf");

    internal static string Require(string relativePath)
    {
        var root = RepositoryRoot();
        string[] candidates = [Path.Combine(root, "..", "shared", relativePath), Path.Combine(root, "..", "..", "shared", relativePath)];
        var found = candidates.FirstOrDefault(Path.Exists);
        Skip.If(found is null, $"'{relativePath}' is not in the shared data folder beside the repository");
        return Path.GetFullPath(found!);
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
