namespace SlmEdge.Bundles;

/// <summary>The content of a bundle's files, each checked once, before its path is handed out.</summary>
/// <param name="path">The bundle.</param>
/// <param name="folder">Where its files lie.</param>
/// <param name="manifest">What they have to be.</param>
/// <param name="damaged">Files that are damaged in the archive, with what is wrong; they may be whole in the folder.</param>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class FileChecks(string path, string folder, BundleManifest manifest, IReadOnlyDictionary<string, string> damaged)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    /// <summary>Checks a file and those that an engine opens with it.</summary>
    /// <exception cref="BundleException">One is damaged.</exception>
    public void Ensure(BundleFile file)
    {
        try
        {
            lock (_gate)
            {
                foreach (BundleFile one in Company(file))
                {
                    if (!_checked.Contains(one.Path))
                    {
                        Check(one);
                        _checked.Add(one.Path);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(e.Message, path, file.Path, e);
        }
    }

    // An ONNX model is a folder: weights, settings and tokenizer are opened by their names beside it.
    private IEnumerable<BundleFile> Company(BundleFile file) => file.Role == BundleFileRole.Onnx
        ? manifest.Files.Where(other => other.Path.StartsWith(file.Path[..(file.Path.LastIndexOf('/') + 1)], StringComparison.Ordinal))
        : [file];

    private void Check(BundleFile file)
    {
        if (damaged.TryGetValue(file.Path, out string? known))
        {
            throw new BundleException(known, path, file.Path);
        }

        if (VerifiedBundle.CheckFile(folder, file) is not { } problem)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw new BundleException(problem, path, file.Path);
        }

        BundleCache.Restore(path, folder, file);
    }
}
