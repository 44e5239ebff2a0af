using System.Security.Cryptography;
using SlmEdge.Bundles.Keys;

namespace SlmEdge.Bundles.Tests.Keys;

public sealed class KeyTests : IDisposable
{
    private readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Fact]
    public void A_new_key_signs_what_its_public_key_checks_and_is_its_owners_only()
    {
        SigningKeyFiles.Create(_samples.In("key.pem"), _samples.In("key.pub.pem"));
        using ECDsa secret = ECDsa.Create();
        using ECDsa open = ECDsa.Create();
        secret.ImportFromPem(File.ReadAllText(_samples.In("key.pem")));
        open.ImportFromPem(File.ReadAllText(_samples.In("key.pub.pem")));
        byte[] manifest = [1, 2, 3];
        BundleSignature.Verify(manifest, BundleSignature.Sign(manifest, secret), [open]).ShouldBeTrue();
        BundleSignature.Verify([1, 2, 4], BundleSignature.Sign(manifest, secret), [open]).ShouldBeFalse();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_samples.In("key.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Should.Throw<BundleException>(() => SigningKeyFiles.Create(_samples.In("key.pem"), _samples.In("other.pem"))).Message.ShouldContain("never replaced");
    }

    [Fact]
    public void Every_cut_or_changed_signature_is_refused_without_another_exception()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] manifest = [1, 2, 3];
        byte[] signature = BundleSignature.Sign(manifest, key);
        for (int i = 0; i < signature.Length; i++)
        {
            byte[] changed = [.. signature];
            changed[i] ^= 1;
            BundleSignature.Verify(manifest, changed, [key]).ShouldBeFalse();
            BundleSignature.Verify(manifest, signature[..i], [key]).ShouldBeFalse();
        }

        BundleSignature.Verify(manifest, RandomNumberGenerator.GetBytes(72), [key]).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_with_anything_but_public_P256_keys_is_refused()
    {
        string folder = _samples.In("keys");
        Refused("does not exist");
        Directory.CreateDirectory(folder);
        Refused("has 0 keys");
        using ECDsa wrong = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Put(wrong.ExportSubjectPublicKeyInfoPem(), "P-256");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Put(key.ExportPkcs8PrivateKeyPem(), "private key");
        Put(key.ExportSubjectPublicKeyInfoPem()[..60], "PEM");
        Put("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "PEM");
        Put(new string('x', 20_000), "bytes");
        File.WriteAllText(Path.Combine(folder, "k.pem"), key.ExportSubjectPublicKeyInfoPem());
        using TrustedKeyFolder keys = TrustedKeyFolder.Load(folder);
        keys.Keys.ShouldHaveSingleItem();

        void Put(string pem, string problem)
        {
            File.WriteAllText(Path.Combine(folder, "k.pem"), pem);
            Refused(problem);
        }

        void Refused(string problem) => Should.Throw<BundleException>(() => TrustedKeyFolder.Load(folder)).Message.ShouldContain(problem);
    }
}
