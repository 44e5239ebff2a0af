using SlmEdge.Formats.Storage;

namespace SlmEdge.Bundles;

/// <summary>
/// Unpacked bundles, each in a folder named by its manifest's hash, so that a bundle is unpacked once and versions never mix. The manifest's copy there carries the
/// time at which the archive was last written when its files were checked: an archive of another time is checked again.
/// </summary>
internal static class BundleCache
{
    public static string DefaultDirectory => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create) is { Length: > 0 } data ? data : Path.GetTempPath(),
        "slm-edge",
        "bundles");

    /// <summary>
    /// The folder of the unpacked bundle, the one that is there if its files are there and otherwise a new one, and the files that are damaged in an archive whose
    /// unpacked copy is whole. On demand, the content of a folder that is there has yet to be checked.
    /// </summary>
    public static (string Folder, IReadOnlyDictionary<string, string> Damaged) Unpack(
        BundleSource source, BundleManifest manifest, byte[] json, byte[]? signature, string sha256, string path, BundleOptions options)
    {
        string cache = Path.GetFullPath(options.CacheDirectory ?? DefaultDirectory);
        CreatePrivate(cache);
        string folder = Path.Combine(cache, sha256);
        if (Directory.Exists(folder) && IsWhole(folder, manifest, options.OnDemand))
        {
            return (folder, CheckArchive(source, manifest, folder, path));
        }

        // A damaged folder is replaced; one that another process finishes meanwhile is not, since that process may be using it.
        using AtomicDirectory staging = AtomicDirectory.Create(folder, overwrite: Directory.Exists(folder));
        foreach (BundleFile file in manifest.Files)
        {
            string target = FolderBundleSource.FullPath(staging.StagingPath, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
            if (VerifiedBundle.CheckFile(source, file, stream) is { } problem)
            {
                throw new BundleException(problem, path, file.Path);
            }
        }

        string copy = Path.Combine(staging.StagingPath, BundleManifest.FileName);
        File.WriteAllBytes(copy, json);
        File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(path));
        if (signature is not null)
        {
            File.WriteAllBytes(Path.Combine(staging.StagingPath, BundleManifest.SignatureFileName), signature);
        }

        try
        {
            staging.Commit();
        }
        catch (IOException) when (Directory.Exists(folder) && IsWhole(folder, manifest, namesOnly: false))
        {
            // Another process unpacked the same bundle first: its folder is as good.
        }

        return (folder, NoDamage);
    }

    /// <summary>Replaces an unpacked file that is damaged by the archive's.</summary>
    /// <exception cref="BundleException">The archive's is damaged too, or the archive is of another version by now.</exception>
    public static void Restore(string path, string folder, BundleFile file)
    {
        using BundleSource source = BundleSource.Create(path);
        if (!source.Sizes.ContainsKey(file.Path))
        {
            throw new BundleException("the unpacked copy is damaged, and the bundle is another one by now; open it again", path, file.Path);
        }

        AtomicFile.Write(FolderBundleSource.FullPath(folder, file.Path), stream =>
        {
            if (VerifiedBundle.CheckFile(source, file, stream) is { } problem)
            {
                throw new BundleException(problem, path, file.Path);
            }
        });
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

    private static readonly Dictionary<string, string> NoDamage = [];

    // What runs is the unpacked copy. But whoever's archive is damaged should hear of it before the copy is gone, or the archive is taken to the next device.
    private static Dictionary<string, string> CheckArchive(BundleSource source, BundleManifest manifest, string folder, string path)
    {
        string copy = Path.Combine(folder, BundleManifest.FileName);
        DateTime written = File.GetLastWriteTimeUtc(path);
        if (File.GetLastWriteTimeUtc(copy) == written)
        {
            return NoDamage;
        }

        var damaged = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (BundleFile file in manifest.Files)
        {
            if (VerifiedBundle.CheckFile(source, file) is { } problem)
            {
                damaged.Add(file.Path, problem);
            }
        }

        if (damaged.Count == 0)
        {
            File.SetLastWriteTimeUtc(copy, written);
        }

        return damaged;
    }

    private static bool IsWhole(string folder, BundleManifest manifest, bool namesOnly)
    {
        try
        {
            using var unpacked = new FolderBundleSource(folder);
            // A file that was put there afterwards could be picked up by an engine that looks beside its model.
            var known = new HashSet<string>(manifest.Files.Select(file => file.Path), StringComparer.Ordinal) { BundleManifest.FileName, BundleManifest.SignatureFileName };
            return unpacked.Sizes.Keys.All(known.Contains) && manifest.Files.All(file =>
                unpacked.Sizes.TryGetValue(file.Path, out long size) && size == file.Size && (namesOnly || VerifiedBundle.CheckFile(unpacked, file) is null));
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
