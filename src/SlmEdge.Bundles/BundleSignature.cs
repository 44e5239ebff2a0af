using System.Security.Cryptography;

namespace SlmEdge.Bundles;

/// <summary>
/// Signs and checks manifests: ECDSA on P-256 with SHA-256, DER-encoded, which <c>openssl dgst -sha256 -verify</c> also understands.
/// The manifest names every file with its hash, so one signature covers the whole bundle.
/// </summary>
internal static class BundleSignature
{
    /// <summary>A DER signature on P-256 has at most 72 bytes.</summary>
    public const int MaxBytes = 72;

    private const string P256 = "1.2.840.10045.3.1.7";

    public static byte[] Sign(byte[] manifest, ECDsa key)
    {
        CheckCurve(key);
        return key.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public static bool Verify(byte[] manifest, byte[] signature, IReadOnlyList<ECDsa> keys)
    {
        foreach (ECDsa key in keys)
        {
            CheckCurve(key);
            if (key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                return true;
            }
        }

        return false;
    }

    public static void CheckCurve(ECDsa key)
    {
        if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value is not (P256 or null) || key.KeySize != 256)
        {
            throw new BundleException("bundles are signed with ECDSA keys on the curve P-256 (openssl ecparam -name prime256v1 -genkey -noout)");
        }
    }
}
