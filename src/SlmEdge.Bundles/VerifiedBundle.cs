using System.Buffers;
using System.Security.Cryptography;

namespace SlmEdge.Bundles;

/// <summary>The steps from files on disk to a manifest that may be believed, in the only order that is safe.</summary>
internal static class VerifiedBundle
{
    private const int MaxManifestBytes = 16 * 1024 * 1024;

    // Stays in the processor's cache between reading and hashing; megabytes at a time took four times as long, most of it for fresh pages.
    private const int BufferSize = 1 << 17;

    /// <summary>Reads the manifest: signature first, then content, then the list of files against what is there.</summary>
    public static (BundleManifest Manifest, byte[] Json, byte[]? Signature, BundleSignatureState State) ReadManifest(
        BundleSource source, string path, BundleOptions options)
    {
        byte[] json = ReadSmall(source, BundleManifest.FileName, MaxManifestBytes, path)
            ?? throw new BundleException($"has no {BundleManifest.FileName}; it is not a bundle", path);
        byte[]? signature = ReadSmall(source, BundleManifest.SignatureFileName, BundleSignature.MaxBytes, path);
        BundleSignatureState state = CheckSignature(json, signature, path, options);
        BundleManifest manifest = BundleManifest.Parse(json, path);
        CheckList(source, manifest, path, options);
        return (manifest, json, signature, state);
    }

    /// <summary>What is wrong with the content of a file, or <see langword="null"/>; copies it meanwhile if asked to.</summary>
    public static string? CheckFile(BundleSource source, BundleFile file, Stream? copy = null)
    {
        using Stream stream = source.Open(file.Path);
        return CheckFile(stream, file, copy);
    }

    /// <summary>What is wrong with a file in a folder, or <see langword="null"/>.</summary>
    public static string? CheckFile(string folder, BundleFile file)
    {
        var stream = new FileStream(FolderBundleSource.FullPath(folder, file.Path), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using (stream)
        {
            return CheckFile(stream, file, null);
        }
    }

    private static string? CheckFile(Stream stream, BundleFile file, Stream? copy)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        long size = 0;
        try
        {
            for (int read; (read = stream.Read(buffer)) > 0; size += read)
            {
                if (read > file.Size - size)
                {
                    return $"is longer than the {file.Size} bytes that the manifest says";
                }

                hash.AppendData(buffer, 0, read);
                copy?.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (size != file.Size)
        {
            return $"has {size} bytes; the manifest says {file.Size}";
        }

        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return sha256 == file.Sha256 ? null : $"has SHA-256 {sha256}; the manifest says {file.Sha256}. The file was changed or damaged: copy the bundle again";
    }

    private static BundleSignatureState CheckSignature(byte[] json, byte[]? signature, string path, BundleOptions options)
    {
        bool required = options.RequireSignature || options.TrustedKeys.Count > 0;
        if (options.RequireSignature && options.TrustedKeys.Count == 0)
        {
            throw new BundleException("a signature is required, but there is no trusted key to check it with; give one", path);
        }

        if (signature is null)
        {
            return required
                ? throw new BundleException("is not signed; export it with --sign KEY, or open it without trusted keys", path)
                : BundleSignatureState.None;
        }

        if (options.TrustedKeys.Count == 0)
        {
            return BundleSignatureState.Unchecked;
        }

        return BundleSignature.Verify(json, signature, options.TrustedKeys)
            ? BundleSignatureState.Trusted
            : throw new BundleException("the signature was not made by a trusted key, or the manifest was changed afterwards", path, BundleManifest.SignatureFileName);
    }

    private static void CheckList(BundleSource source, BundleManifest manifest, string path, BundleOptions options)
    {
        long total = 0;
        var listed = new HashSet<string>(StringComparer.Ordinal) { BundleManifest.FileName, BundleManifest.SignatureFileName };
        foreach (BundleFile file in manifest.Files)
        {
            listed.Add(file.Path);
            if (!source.Sizes.TryGetValue(file.Path, out long size))
            {
                throw new BundleException("is in the manifest but not in the bundle; copy the bundle again", path, file.Path);
            }

            if (size != file.Size)
            {
                throw new BundleException($"has {size} bytes; the manifest says {file.Size}. Copy the bundle again", path, file.Path);
            }

            if (file.Size > options.MaxTotalBytes - total)
            {
                throw new BundleException($"the files have more than {options.MaxTotalBytes} bytes together", path);
            }

            total += file.Size;
        }

        string? extra = source.Sizes.Keys.FirstOrDefault(name => !listed.Contains(name));
        if (extra is not null)
        {
            throw new BundleException("is in the bundle but not in the manifest; nothing that is not signed for may be there", path, extra);
        }
    }

    private static byte[]? ReadSmall(BundleSource source, string name, int limit, string path)
    {
        if (!source.Sizes.TryGetValue(name, out long size))
        {
            return null;
        }

        if (size > limit)
        {
            throw new BundleException($"has {size} bytes; at most {limit} are allowed", path, name);
        }

        var bytes = new byte[size];
        using Stream stream = source.Open(name);
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new BundleException("is truncated", path, name, e);
        }

        return bytes;
    }
}
