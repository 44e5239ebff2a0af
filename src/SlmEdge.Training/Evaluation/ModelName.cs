namespace SlmEdge.Training.Evaluation;

/// <summary>What reports call a model.</summary>
internal static class ModelName
{
    /// <summary>The folder's name, and that of the adapter with its run.</summary>
    public static string Of(string directory, string? adapter) =>
        adapter is null ? Folder(directory) : $"{Folder(directory)} + {Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(adapter)))}/{Folder(adapter)}";

    private static string Folder(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
