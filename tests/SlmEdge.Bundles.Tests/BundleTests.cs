using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace SlmEdge.Bundles.Tests;

public sealed class BundleTests : IDisposable
{
    private readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("x.slmb")]
    [InlineData("x")]
    public void What_was_written_is_what_is_opened(string name)
    {
        BundleManifest written = _samples.Writer().Write(_samples.In(name));
        using Bundle bundle = Bundle.Open(_samples.In(name), _samples.Options());

        bundle.Manifest.ToUtf8().ShouldBe(written.ToUtf8());
        bundle.Signature.ShouldBe(BundleSignatureState.None);
        File.ReadAllBytes(bundle.GetFilePath("models/q8_0.gguf")).ShouldBe(_samples.Weights);
        File.ReadAllText(bundle.GetFilePath("tokenizer.json")).ShouldBe("{\"a\": 1}");
        new FileInfo(bundle.GetFilePath("empty.txt")).Length.ShouldBe(0);
        bundle.GetFiles(BundleFileRole.Gguf).Single().Path.ShouldBe("models/q8_0.gguf");
        Should.Throw<BundleException>(() => bundle.GetFilePath("models/other.gguf")).Message.ShouldContain("no such file");
    }

    [Fact]
    public void The_manifest_keeps_every_value()
    {
        BundleManifest manifest = _samples.Writer().Write(_samples.In("x.slmb"));
        BundleManifest read = BundleManifest.Parse(manifest.ToUtf8());

        read.Task.Sha256.ShouldBe(manifest.Task.Sha256);
        read.Codes.ShouldBe(manifest.Codes);
        read.Scores.ShouldBe(manifest.Scores);
        read.Golden.ShouldBe(manifest.Golden);
        read.Files.ShouldBe(manifest.Files);
        read.Calibration.Temperature.ShouldBe(manifest.Calibration.Temperature);
        read.Calibration.Conformal.ShouldBe(manifest.Calibration.Conformal);
        read.Recommended.ShouldBe(manifest.Recommended);
        read.CreatedUtc.ShouldBe(manifest.CreatedUtc);
    }

    [Fact]
    public void The_same_content_gives_the_same_file()
    {
        _samples.Writer().Write(_samples.In("a.slmb"));
        _samples.Writer().Write(_samples.In("b.slmb"));
        File.ReadAllBytes(_samples.In("a.slmb")).ShouldBe(File.ReadAllBytes(_samples.In("b.slmb")));
    }

    [Fact]
    public void Other_zip_programs_read_the_archive_and_weights_start_at_a_page()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        using (ZipArchive zip = ZipFile.OpenRead(_samples.In("x.slmb")))
        {
            zip.Entries.Select(entry => entry.FullName).ShouldBe(["bundle.json", "models/q8_0.gguf", "tokenizer.json", "empty.txt"]);
            using var copy = new MemoryStream();
            using Stream entry = zip.GetEntry("models/q8_0.gguf")!.Open();
            entry.CopyTo(copy);
            copy.ToArray().ShouldBe(_samples.Weights);
        }

        (File.ReadAllBytes(_samples.In("x.slmb")).AsSpan().IndexOf(_samples.Weights) % 4096).ShouldBe(0);
    }

    [Fact]
    public void A_bundle_is_unpacked_once_and_a_damaged_copy_is_replaced()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        string path;
        using (Bundle first = Bundle.Open(_samples.In("x.slmb"), _samples.Options()))
        {
            path = first.GetFilePath("models/q8_0.gguf");
            path.ShouldStartWith(Path.Combine(_samples.Cache, first.ManifestSha256));
        }

        DateTime unpacked = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, unpacked);
        using (Bundle.Open(_samples.In("x.slmb"), _samples.Options()))
        {
            File.GetLastWriteTimeUtc(path).ShouldBe(unpacked);
        }

        File.WriteAllBytes(path, new byte[_samples.Weights.Length]);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, "planted.onnx.data"), "x");
        using Bundle again = Bundle.Open(_samples.In("x.slmb"), _samples.Options());
        File.ReadAllBytes(again.GetFilePath("models/q8_0.gguf")).ShouldBe(_samples.Weights);
        File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "planted.onnx.data")).ShouldBeFalse();
        Directory.GetFileSystemEntries(_samples.Cache).Length.ShouldBe(1);
    }

    [Fact]
    public void Several_that_open_a_bundle_at_once_share_one_unpacked_copy()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        Parallel.For(0, 8, _ =>
        {
            using Bundle bundle = Bundle.Open(_samples.In("x.slmb"), _samples.Options());
            File.ReadAllBytes(bundle.GetFilePath("models/q8_0.gguf")).ShouldBe(_samples.Weights);
        });
        Directory.GetFileSystemEntries(_samples.Cache).Length.ShouldBe(1);
    }

    [Fact]
    public void The_signature_is_standard_DER_over_the_bytes_of_the_manifest()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _samples.Writer().Write(_samples.In("x"), key);
        using ECDsa imported = ECDsa.Create();
        imported.ImportFromPem(key.ExportSubjectPublicKeyInfoPem());
        imported.VerifyData(
            File.ReadAllBytes(_samples.In("x/bundle.json")), File.ReadAllBytes(_samples.In("x/signature")), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("x.slmb")]
    [InlineData("x")]
    public void A_signature_is_checked_against_the_trusted_keys(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string path = _samples.In(name);
        _samples.Writer().Write(path, key);

        Signature(_samples.Options()).ShouldBe(BundleSignatureState.Unchecked);
        Signature(_samples.Options(other, key)).ShouldBe(BundleSignatureState.Trusted);
        Should.Throw<BundleException>(() => Signature(_samples.Options(other))).Message.ShouldContain("not made by a trusted key");
        Should.Throw<BundleException>(() => Signature(_samples.Options() with { RequireSignature = true })).Message.ShouldContain("no trusted key");

        BundleSignatureState Signature(BundleOptions options)
        {
            using Bundle bundle = Bundle.Open(path, options);
            return bundle.Signature;
        }
    }

    [Fact]
    public void An_unsigned_bundle_is_refused_where_keys_are_trusted()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _samples.Writer().Write(_samples.In("x.slmb"));
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("x.slmb"), _samples.Options(key))).Message.ShouldContain("is not signed");
    }

    [Fact]
    public void A_manifest_changed_after_signing_is_refused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _samples.Writer().Write(_samples.In("x"), key);
        string manifest = _samples.In("x/bundle.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("1.2.0", "1.2.1", StringComparison.Ordinal));
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("x"), _samples.Options(key))).Message.ShouldContain("was changed afterwards");
        using Bundle withoutKeys = Bundle.Open(_samples.In("x"), _samples.Options());
        withoutKeys.Manifest.Version.ShouldBe("1.2.1");
    }

    [Fact]
    public void Keys_of_another_curve_are_refused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Should.Throw<BundleException>(() => _samples.Writer().Write(_samples.In("x.slmb"), key)).Message.ShouldContain("P-256");
        File.Exists(_samples.In("x.slmb")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_with_a_changed_missing_extra_or_linked_file_is_refused()
    {
        string folder = _samples.In("x");
        _samples.Writer().Write(folder);
        string weights = Path.Combine(folder, "models/q8_0.gguf");

        byte[] flipped = [.. _samples.Weights];
        flipped[12345] ^= 1;
        File.WriteAllBytes(weights, flipped);
        Refused("SHA-256");
        Bundle.VerifyAll(folder, _samples.Options()).Where(check => check.Problem is not null).Select(check => check.File.Path).ShouldBe(["models/q8_0.gguf"]);

        File.WriteAllBytes(weights, _samples.Weights[..^1]);
        Refused("has 200002 bytes; the manifest says 200003");

        File.Delete(weights);
        Refused("is in the manifest but not in the bundle");

        File.CreateSymbolicLink(weights, _samples.In("weights.gguf"));
        Refused("is a link");
        File.Delete(weights);

        File.WriteAllBytes(weights, _samples.Weights);
        File.WriteAllText(Path.Combine(folder, "models/extra.bin"), "x");
        Refused("is in the bundle but not in the manifest");
        File.Delete(Path.Combine(folder, "models/extra.bin"));
        Bundle.Open(folder, _samples.Options()).Dispose();

        void Refused(string message) => Should.Throw<BundleException>(() => Bundle.Open(folder, _samples.Options())).Message.ShouldContain(message);
    }

    [Fact]
    public void A_bundle_larger_than_allowed_is_refused()
    {
        _samples.Writer().Write(_samples.In("x.slmb"));
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("x.slmb"), _samples.Options() with { MaxTotalBytes = 200_000 })).Message.ShouldContain("more than 200000 bytes");
        Directory.Exists(_samples.Cache).ShouldBeFalse();
    }

    [Fact]
    public void What_does_not_exist_or_is_no_bundle_is_named()
    {
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("none.slmb"))).Message.ShouldContain("does not exist");
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("weights.gguf"))).Message.ShouldContain("not a bundle");
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("empty.txt"))).Message.ShouldContain("truncated or not a bundle");
        Directory.CreateDirectory(_samples.In("folder"));
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("folder"))).Message.ShouldContain("has no bundle.json");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/evil")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("c:evil")]
    [InlineData(".hidden")]
    [InlineData("name.")]
    [InlineData("nul.txt")]
    [InlineData("com1")]
    [InlineData("")]
    [InlineData("bundle.json")]
    [InlineData("Signature")]
    [InlineData("a/b/c/d/e/f/g/h/i")]
    [InlineData("ä")]
    public void Paths_that_leave_the_bundle_or_mean_something_elsewhere_are_refused(string path)
    {
        Should.Throw<BundleException>(() => new BundleWriter(Samples.Manifest).AddFile(path, _samples.In("empty.txt"), BundleFileRole.Report));
        string json = Encoding.UTF8.GetString(_samples.Writer().Write(_samples.In("x.slmb")).ToUtf8());
        string evil = json.Replace("\"tokenizer.json\"", System.Text.Json.JsonSerializer.Serialize(path), StringComparison.Ordinal);
        Should.Throw<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(evil))).Message.ShouldContain("the path '");
    }

    [Fact]
    public void Paths_that_clash_are_refused()
    {
        BundleWriter writer = _samples.Writer();
        Should.Throw<BundleException>(() => writer.AddFile("TOKENIZER.json", _samples.In("empty.txt"), BundleFileRole.Report)).Message.ShouldContain("twice");
        Should.Throw<BundleException>(() => writer.AddFile("models", _samples.In("empty.txt"), BundleFileRole.Report)).Message.ShouldContain("needs a folder");
        Should.Throw<BundleException>(() => writer.AddFile("tokenizer.json/a", _samples.In("empty.txt"), BundleFileRole.Report)).Message.ShouldContain("needs a folder");
    }

    [Fact]
    public void Nothing_is_left_under_the_final_name_when_writing_fails()
    {
        BundleWriter writer = _samples.Writer();
        writer.AddFile("gone.bin", _samples.In("gone.bin"), BundleFileRole.Report);
        Should.Throw<BundleException>(() => writer.Write(_samples.In("x.slmb"))).Message.ShouldContain("gone.bin");
        File.Exists(_samples.In("x.slmb")).ShouldBeFalse();
        Should.Throw<BundleException>(() => _samples.Writer(Samples.Manifest with { Codes = [] }).Write(_samples.In("y.slmb"))).Message.ShouldContain("0 codes for 2 labels");
        Directory.GetFileSystemEntries(_samples.Path).Select(Path.GetFileName).Order().ShouldBe(["empty.txt", "tokenizer.json", "weights.gguf"]);
    }
}
