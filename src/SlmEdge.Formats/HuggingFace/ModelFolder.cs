namespace SlmEdge.Formats.HuggingFace;

/// <summary>Finds and writes the small JSON files of a Hugging Face model folder.</summary>
internal static class ModelFolder
{
    /// <summary>Far above any real configuration, far below what could hurt.</summary>
    public const long MaxConfigurationBytes = 16 << 20;

    public static string Resolve(string directoryOrFile, string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryOrFile);
        string path = Directory.Exists(directoryOrFile) ? Path.Combine(directoryOrFile, fileName) : directoryOrFile;
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no '{path}'; a model folder in the Hugging Face layout needs {fileName}.", path);
    }

    public static JsonFields Read(string path) => new(BoundedJson.ReadFile(path, MaxConfigurationBytes), path);
}
