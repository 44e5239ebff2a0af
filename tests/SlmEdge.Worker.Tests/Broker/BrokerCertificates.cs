using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlmEdge.Worker.Tests.Broker;

/// <summary>An authority of its own, and a certificate for a broker on this machine that it vouches for.</summary>
internal static class BrokerCertificates
{
    /// <summary>Writes PEM files.</summary>
    /// <returns>The authority, the broker's certificate and its key.</returns>
    public static (string Authority, string Certificate, string Key) Write(string folder, string name)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest($"CN={name} authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(8));
        return (WriteFile("authority", authority.ExportCertificatePem()), WriteFile("certificate", certificate.ExportCertificatePem()), WriteFile("key", key.ExportPkcs8PrivateKeyPem()));

        string WriteFile(string kind, string pem)
        {
            var path = Path.Combine(folder, $"{name}-{kind}.pem");
            File.WriteAllText(path, pem);
            return path;
        }
    }
}
