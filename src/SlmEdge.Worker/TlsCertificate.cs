using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlmEdge.Worker;

/// <summary>Reads the certificate that a service shows.</summary>
internal static class TlsCertificate
{
    /// <summary>Reads the certificate with its private key and what stands between it and its authority.</summary>
    /// <exception cref="WorkerException">A file is missing, no certificate, or the key does not belong to it.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(TlsOptions options)
    {
        try
        {
            return IsPem(options.CertificateFile) ? LoadPem(options) : LoadPfx(options);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WorkerException(
                $"{options.CertificateFile}: this is no certificate that can be served: {error.Message} Give a PEM certificate with its key, or a PFX file with its password.", error);
        }
    }

    private static bool IsPem(string path)
    {
        using var reader = File.OpenText(path);
        var head = new char[4096];
        return reader.ReadBlock(head, 0, head.Length) is var length && head.AsSpan(0, length).Contains("-----BEGIN", StringComparison.Ordinal);
    }

    private static (X509Certificate2, X509Certificate2Collection) LoadPem(TlsOptions options)
    {
        var certificate = options.Password is null
            ? X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(options.CertificateFile, options.Password, options.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile);
        return (certificate, chain);
    }

    private static (X509Certificate2, X509Certificate2Collection) LoadPfx(TlsOptions options)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(options.CertificateFile, options.Password);
        var certificate = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("The file holds no private key.");
        return (certificate, all);
    }
}
