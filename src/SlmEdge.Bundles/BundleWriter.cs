using System.Security.Cryptography;
using SlmEdge.Bundles.Archive;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Bundles;

/// <summary>
/// Makes a bundle: a <c>.slmb</c> file or a folder, which appears under its name only when it is complete. Not thread-safe.
/// </summary>
public sealed class BundleWriter
{
    /// <summary>The file name's end that asks for one file instead of a folder.</summary>
    public const string Extension = ".slmb";

    private const int BufferSize = 1 << 20;

    private readonly BundleManifest _manifest;
    private readonly List<(string Path, string Source, BundleFileRole Role)> _files = [];

    /// <summary>Starts a bundle.</summary>
    /// <param name="manifest">All but <see cref="BundleManifest.Files"/>, which is filled in from the added files.</param>
    public BundleWriter(BundleManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _manifest = manifest;
    }

    /// <summary>Adds a file. It is read when the bundle is written.</summary>
    /// <param name="pathInBundle">Its path in the bundle, with '/'.</param>
    /// <param name="sourceFile">Where it is now.</param>
    /// <param name="role">What it is for.</param>
    /// <exception cref="BundleException">The path cannot stand in a bundle.</exception>
    public void AddFile(string pathInBundle, string sourceFile, BundleFileRole role)
    {
        ArgumentNullException.ThrowIfNull(pathInBundle);
        ArgumentNullException.ThrowIfNull(sourceFile);
        if (BundlePath.Problem(pathInBundle) is { } problem)
        {
            throw new BundleException($"the path {problem}", element: pathInBundle);
        }

        _files.Add((pathInBundle, sourceFile, role));
        if (BundlePath.Clash(_files.Select(file => file.Path)) is { } clash)
        {
            _files.RemoveAt(_files.Count - 1);
            throw new BundleException(clash);
        }
    }

    /// <summary>Adds all files of a folder, under their names, in ordinal order.</summary>
    /// <param name="folderInBundle">The folder in the bundle.</param>
    /// <param name="sourceFolder">The folder.</param>
    /// <param name="role">What its files are for.</param>
    public void AddFolder(string folderInBundle, string sourceFolder, BundleFileRole role)
    {
        foreach (string file in Directory.EnumerateFiles(sourceFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            AddFile($"{folderInBundle}/{Path.GetRelativePath(sourceFolder, file).Replace(Path.DirectorySeparatorChar, '/')}", file, role);
        }
    }

    /// <summary>Writes the bundle.</summary>
    /// <param name="outPath">A file that ends in <c>.slmb</c>, which is replaced; or a folder, which must not exist or be empty.</param>
    /// <param name="key">A private ECDSA P-256 key to sign with, or <see langword="null"/>.</param>
    /// <returns>The manifest as written, with its files.</returns>
    /// <exception cref="BundleException">The manifest is inconsistent, or a file is missing or changes meanwhile.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written. Nothing is left under the final name.</exception>
    public BundleManifest Write(string outPath, ECDsa? key = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outPath);
        var checksums = new uint[_files.Count];
        var files = new BundleFile[_files.Count];
        for (int i = 0; i < files.Length; i++)
        {
            (string path, string source, BundleFileRole role) = _files[i];
            (long size, string sha256, checksums[i]) = Measure(path, source);
            files[i] = new BundleFile(path, size, sha256, role);
        }

        BundleManifest manifest = _manifest with { FormatVersion = BundleManifest.CurrentFormatVersion, Files = files };
        BundleManifestRules.Check(manifest, outPath);
        byte[] json = manifest.ToUtf8();
        byte[]? signature = key is null ? null : BundleSignature.Sign(json, key);
        if (outPath.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.Write(outPath, stream => WriteArchive(stream, files, checksums, json, signature));
        }
        else
        {
            WriteFolder(outPath, files, json, signature);
        }

        return manifest;
    }

    private void WriteArchive(Stream stream, BundleFile[] files, uint[] checksums, byte[] json, byte[]? signature)
    {
        var zip = new StoredZipWriter(stream);
        zip.Add(BundleManifest.FileName, json.Length, Crc32.Append(0, json), target => target.Write(json));
        if (signature is not null)
        {
            zip.Add(BundleManifest.SignatureFileName, signature.Length, Crc32.Append(0, signature), target => target.Write(signature));
        }

        for (int i = 0; i < files.Length; i++)
        {
            BundleFile file = files[i];
            string source = _files[i].Source;
            zip.Add(file.Path, file.Size, checksums[i], target => CopyChecked(source, target, file));
        }

        zip.Finish();
    }

    private void WriteFolder(string outPath, BundleFile[] files, byte[] json, byte[]? signature)
    {
        using AtomicDirectory folder = AtomicDirectory.Create(outPath);
        for (int i = 0; i < files.Length; i++)
        {
            string path = Path.Combine(folder.StagingPath, files[i].Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);
            CopyChecked(_files[i].Source, target, files[i]);
        }

        File.WriteAllBytes(Path.Combine(folder.StagingPath, BundleManifest.FileName), json);
        if (signature is not null)
        {
            File.WriteAllBytes(Path.Combine(folder.StagingPath, BundleManifest.SignatureFileName), signature);
        }

        folder.Commit();
    }

    private static (long Size, string Sha256, uint Crc) Measure(string path, string source)
    {
        try
        {
            using var stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[BufferSize];
            uint crc = 0;
            long size = 0;
            for (int read; (read = stream.Read(buffer)) > 0; size += read)
            {
                hash.AppendData(buffer, 0, read);
                crc = Crc32.Append(crc, buffer.AsSpan(0, read));
            }

            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()), crc);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"cannot be read from '{source}': {e.Message}", element: path, inner: e);
        }
    }

    /// <summary>Copies and hashes again: a file that another program still writes must not make a bundle that refuses itself.</summary>
    private static void CopyChecked(string source, Stream target, BundleFile file)
    {
        using var stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            target.Write(buffer, 0, read);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            throw new BundleException("changed while the bundle was written; wait until nothing writes to it and export again", element: file.Path);
        }
    }
}
