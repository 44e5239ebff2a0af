namespace SlmEdge.Bundles;

/// <summary>A bundle that is a folder.</summary>
internal sealed class FolderBundleSource : BundleSource
{
    private readonly string _folder;
    private readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal);

    public FolderBundleSource(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Visit(new DirectoryInfo(_folder), "", 0);
    }

    public override IReadOnlyDictionary<string, long> Sizes => _sizes;

    public static string FullPath(string folder, string path) => Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));

    public override Stream Open(string path) => new FileStream(FullPath(_folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1);

    public override void Dispose()
    {
    }

    private void Visit(DirectoryInfo folder, string prefix, int depth)
    {
        if (depth > 8)
        {
            throw new BundleException("is more than 8 folders deep", _folder, prefix);
        }

        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            string path = prefix + entry.Name;
            // A link could lead anywhere, and elsewhere later than when it was checked.
            if (entry.LinkTarget is not null)
            {
                throw new BundleException("is a link; a bundle has only files and folders", _folder, path);
            }

            if (entry is DirectoryInfo inner)
            {
                Visit(inner, path + "/", depth + 1);
            }
            else if (_sizes.Count > BundleManifestRules.MaxFiles + 2)
            {
                throw new BundleException($"has more than {BundleManifestRules.MaxFiles} files", _folder);
            }
            else
            {
                _sizes.Add(path, ((FileInfo)entry).Length);
            }
        }
    }
}
