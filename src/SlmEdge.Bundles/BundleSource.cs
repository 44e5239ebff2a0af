namespace SlmEdge.Bundles;

/// <summary>The files of a bundle as they lie on disk, before anything of them is believed.</summary>
internal abstract class BundleSource : IDisposable
{
    /// <summary>Every file there is, with its size.</summary>
    public abstract IReadOnlyDictionary<string, long> Sizes { get; }

    /// <summary>Opens a file for reading.</summary>
    public abstract Stream Open(string path);

    public abstract void Dispose();

    public static BundleSource Create(string path)
    {
        if (Directory.Exists(path))
        {
            return new FolderBundleSource(path);
        }

        if (!File.Exists(path))
        {
            throw new BundleException("does not exist", path);
        }

        return new ArchiveBundleSource(path);
    }
}
