using System.Security.Cryptography;

namespace SlmEdge.Bundles.Keys;

/// <summary>Makes keys to sign bundles with: ECDSA on P-256, PKCS #8 and SubjectPublicKeyInfo in PEM, as openssl reads them.</summary>
public static class SigningKeyFiles
{
    /// <summary>Writes a new pair of keys. Existing files are never replaced; the private one can be read by its owner only.</summary>
    /// <param name="privatePath">Where the private key goes.</param>
    /// <param name="publicPath">Where the public key goes.</param>
    /// <exception cref="BundleException">A file exists already or cannot be written.</exception>
    public static void Create(string privatePath, string publicPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(privatePath);
        ArgumentException.ThrowIfNullOrEmpty(publicPath);
        foreach (string path in (string[])[privatePath, publicPath])
        {
            if (File.Exists(path))
            {
                throw new BundleException("exists already; a key is never replaced. Choose another name", path);
            }
        }

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(privatePath, key.ExportPkcs8PrivateKeyPem(), secret: true);
        Write(publicPath, key.ExportSubjectPublicKeyInfoPem(), secret: false);
    }

    private static void Write(string path, string pem, bool secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (secret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var writer = new StreamWriter(path, options);
            writer.Write(pem + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"cannot be written: {e.Message}", path, inner: e);
        }
    }
}
