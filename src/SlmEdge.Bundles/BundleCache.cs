using SlmEdge.Formats.Storage;

namespace SlmEdge.Bundles;

/// <summary>Unpacked bundles, each in a folder named by its manifest's hash, so that a bundle is unpacked once and versions never mix.</summary>
internal static class BundleCache
{
    public static string DefaultDirectory => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create) is { Length: > 0 } data ? data : Path.GetTempPath(),
        "slm-edge",
        "bundles");

    /// <summary>The folder of the unpacked bundle: the one that is there if it is whole, otherwise a new one.</summary>
    public static string Unpack(
        BundleSource source, BundleManifest manifest, byte[] json, byte[]? signature, string sha256, string path, BundleOptions options)
    {
        string cache = Path.GetFullPath(options.CacheDirectory ?? DefaultDirectory);
        CreatePrivate(cache);
        string folder = Path.Combine(cache, sha256);
        if (Directory.Exists(folder) && IsWhole(folder, manifest))
        {
            return folder;
        }

        // A damaged folder is replaced; one that another process finishes meanwhile is not, since that process may be using it.
        using AtomicDirectory staging = AtomicDirectory.Create(folder, overwrite: Directory.Exists(folder));
        foreach (BundleFile file in manifest.Files)
        {
            string target = Path.Combine(staging.StagingPath, file.Path.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
            if (VerifiedBundle.CheckFile(source, file, stream) is { } problem)
            {
                throw new BundleException(problem, path, file.Path);
            }
        }

        File.WriteAllBytes(Path.Combine(staging.StagingPath, BundleManifest.FileName), json);
        if (signature is not null)
        {
            File.WriteAllBytes(Path.Combine(staging.StagingPath, BundleManifest.SignatureFileName), signature);
        }

        try
        {
            staging.Commit();
        }
        catch (IOException) when (Directory.Exists(folder) && IsWhole(folder, manifest))
        {
            // Another process unpacked the same bundle first: its folder is as good.
        }

        return folder;
    }

    private static bool IsWhole(string folder, BundleManifest manifest)
    {
        try
        {
            using var unpacked = new FolderBundleSource(folder);
            // A file that was put there afterwards could be picked up by an engine that looks beside its model.
            var known = new HashSet<string>(manifest.Files.Select(file => file.Path), StringComparer.Ordinal) { BundleManifest.FileName, BundleManifest.SignatureFileName };
            return unpacked.Sizes.Keys.All(known.Contains) && manifest.Files.All(file =>
                unpacked.Sizes.TryGetValue(file.Path, out long size) && size == file.Size && VerifiedBundle.CheckFile(unpacked, file) is null);
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Others on the machine must not be able to exchange files between the check and their use.</summary>
    public static void CreatePrivate(string cache)
    {
        if (Directory.Exists(cache))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(cache);
        }
        else
        {
            Directory.CreateDirectory(cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
