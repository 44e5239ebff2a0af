using System.Security.Cryptography;
using SlmEdge.Bundles.Drift;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Bundles;

/// <summary>
/// An opened bundle: its signature (where trusted keys are given), list of files and sizes have been checked, and the hashes of all files or, on demand
/// (<see cref="BundleOptions.OnDemand"/>), of those that <see cref="GetFilePath"/> handed out. The files of a <c>.slmb</c> lie unpacked in a cache folder named by the
/// manifest's hash, so that engines can map them. Safe to use from several threads.
/// </summary>
public sealed class Bundle : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, BundleFile> _files;

    private readonly FileChecks? _checks;

    private Bundle(string path, string folder, BundleManifest manifest, string manifestSha256, BundleSignatureState signature, FileChecks? checks)
    {
        _checks = checks;
        BundlePath = path;
        _folder = folder;
        Manifest = manifest;
        ManifestSha256 = manifestSha256;
        Signature = signature;
        _files = manifest.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <summary>Where the bundle is.</summary>
    public string BundlePath { get; }

    /// <summary>What the bundle contains.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>SHA-256 of <c>bundle.json</c>, lower-case hex: the identity of the bundle.</summary>
    public string ManifestSha256 { get; }

    /// <summary>What is known of the signature.</summary>
    public BundleSignatureState Signature { get; }

    /// <summary>Opens a bundle and checks it; a <c>.slmb</c> is unpacked once, and what is unpacked is checked again every time.</summary>
    /// <param name="path">A <c>.slmb</c> file or a folder.</param>
    /// <param name="options">Trust, cache and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">The bundle is damaged, incomplete, too large, of another version, or not signed as required.</exception>
    public static Bundle Open(string path, BundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new BundleOptions();
        try
        {
            using BundleSource source = BundleSource.Create(path);
            (BundleManifest manifest, byte[] json, byte[]? signature, BundleSignatureState state) = VerifiedBundle.ReadManifest(source, path, options);
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(json));
            (string folder, IReadOnlyDictionary<string, string> damaged) = source is FolderBundleSource
                ? (Path.GetFullPath(path), new Dictionary<string, string>())
                : BundleCache.Unpack(source, manifest, json, signature, sha256, path, options);
            if (options.OnDemand)
            {
                return new Bundle(path, folder, manifest, sha256, state, new FileChecks(path, folder, manifest, damaged));
            }

            foreach ((string file, string problem) in damaged)
            {
                throw new BundleException(problem, path, file);
            }

            if (source is FolderBundleSource)
            {
                CheckFiles(source, manifest, path);
            }

            return new Bundle(path, folder, manifest, sha256, state, checks: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(e.Message, path, inner: e);
        }
    }

    /// <summary>Checks every file of a bundle without unpacking it, and reports each instead of stopping at the first that is damaged.</summary>
    /// <param name="path">A <c>.slmb</c> file or a folder.</param>
    /// <param name="options">Trust and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">The signature, the manifest or the list of files is wrong.</exception>
    public static IReadOnlyList<BundleFileCheck> VerifyAll(string path, BundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using BundleSource source = BundleSource.Create(path);
            BundleManifest manifest = VerifiedBundle.ReadManifest(source, path, options ?? new BundleOptions()).Manifest;
            return [.. manifest.Files.Select(file => new BundleFileCheck(file, VerifiedBundle.CheckFile(source, file)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(e.Message, path, inner: e);
        }
    }

    /// <summary>
    /// The full path of a file of the bundle, whose content has been checked; for a file of an ONNX model all files of its folder have been, since its engine opens them by
    /// name.
    /// </summary>
    /// <param name="pathInBundle">Its path in the bundle.</param>
    /// <exception cref="BundleException">The bundle has no such file, or it is damaged.</exception>
    public string GetFilePath(string pathInBundle)
    {
        if (!_files.TryGetValue(pathInBundle, out BundleFile? file))
        {
            throw new BundleException($"there is no such file; the files are {string.Join(", ", _files.Keys)}", BundlePath, pathInBundle);
        }

        _checks?.Ensure(file);
        return FolderBundleSource.FullPath(_folder, pathInBundle);
    }

    /// <summary>The files with a role, in the order of the manifest.</summary>
    public IReadOnlyList<BundleFile> GetFiles(BundleFileRole role) => [.. Manifest.Files.Where(file => file.Role == role)];

    /// <summary>Reads what the bundle's texts are compared with.</summary>
    /// <returns>The reference, or <see langword="null"/> for bundles without one, or with one of an earlier program, which compared otherwise.</returns>
    /// <exception cref="BundleException">It is malformed, or of another task.</exception>
    public DriftReference? ReadDriftReference()
    {
        if (GetFiles(BundleFileRole.Reference).FirstOrDefault(file => file.Path == DriftReference.FileName) is not { } file)
        {
            return null;
        }

        DriftReference reference;
        try
        {
            byte[] utf8 = file.Size <= DriftReference.MaxBytes ? File.ReadAllBytes(GetFilePath(file.Path)) : [];
            if (DriftReferenceJson.IsOfEarlierVersion(utf8))
            {
                return null;
            }

            reference = DriftReference.Parse(utf8, BundlePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(e.Message, BundlePath, file.Path, e);
        }

        return reference.LabelCount == (Manifest.Task.Decision.MultiLabel ? 0 : Manifest.Task.Labels.Count)
            ? reference
            : throw new BundleException($"counts {reference.LabelCount} labels, and the task has {Manifest.Task.Labels.Count}{(Manifest.Task.Decision.MultiLabel ? ", several for a text" : "")}", BundlePath, file.Path);
    }

    /// <summary>Nothing is held open: the unpacked files stay in the cache for the next time.</summary>
    public void Dispose()
    {
    }

    private static void CheckFiles(BundleSource source, BundleManifest manifest, string path)
    {
        foreach (BundleFile file in manifest.Files)
        {
            if (VerifiedBundle.CheckFile(source, file) is { } problem)
            {
                throw new BundleException(problem, path, file.Path);
            }
        }
    }
}
