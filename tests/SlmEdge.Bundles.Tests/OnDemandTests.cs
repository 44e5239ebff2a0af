namespace SlmEdge.Bundles.Tests;

/// <summary>Files that are checked when they are asked for, in archives and folders that are damaged here and there.</summary>
public sealed class OnDemandTests : IDisposable
{
    private const string Gguf = "models/q8_0.gguf";
    private const string Onnx = "onnx/model.onnx";
    private const string OnnxData = "onnx/model.onnx.data";

    private readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("x.slmb", Gguf, Onnx)]
    [InlineData("x.slmb", Onnx, Gguf)]
    [InlineData("x.slmb", OnnxData, Gguf)]
    [InlineData("x", Gguf, Onnx)]
    [InlineData("x", Onnx, Gguf)]
    [InlineData("x", OnnxData, Gguf)]
    public void A_damaged_file_is_refused_when_it_is_needed_and_found_by_a_check_of_all(string name, string damaged, string other)
    {
        Write(name);
        if (name == "x.slmb")
        {
            Bundle.Open(_samples.In(name), Options()).Dispose(); // Unpacked while it was whole.
        }

        Damage(name, damaged);
        using Bundle bundle = Bundle.Open(_samples.In(name), Options());

        // Its folder belongs to an ONNX model; weights are opened by the name of the model.
        string needed = damaged == OnnxData ? Onnx : damaged;
        for (int time = 0; time < 2; time++)
        {
            Should.Throw<BundleException>(() => bundle.GetFilePath(needed)).ShouldSatisfyAllConditions(e => e.Message.ShouldContain(damaged), e => e.Message.ShouldContain("damaged"));
            File.Exists(bundle.GetFilePath(other)).ShouldBeTrue();
        }

        Bundle.VerifyAll(_samples.In(name)).Where(check => check.Problem is not null).Select(check => check.File.Path).ShouldBe([damaged]);
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In(name), Options() with { OnDemand = false })).Message.ShouldContain(damaged);
    }

    [Theory]
    [InlineData(Gguf)]
    [InlineData(OnnxData)]
    public void A_damaged_archive_is_not_unpacked(string damaged)
    {
        Write("x.slmb");
        Damage("x.slmb", damaged);
        Should.Throw<BundleException>(() => Bundle.Open(_samples.In("x.slmb"), Options())).Message.ShouldContain(damaged);
        Directory.GetFileSystemEntries(_samples.Cache).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Gguf)]
    [InlineData(OnnxData)]
    public void A_damaged_unpacked_file_is_replaced_before_its_path_is_handed_out(string damaged)
    {
        Write("x.slmb");
        string path;
        using (Bundle first = Bundle.Open(_samples.In("x.slmb"), Options()))
        {
            path = first.GetFilePath(damaged);
        }

        byte[] whole = File.ReadAllBytes(path);
        byte[] changed = [.. whole];
        changed[^1] ^= 1;
        File.WriteAllBytes(path, changed);

        using Bundle again = Bundle.Open(_samples.In("x.slmb"), Options());
        File.ReadAllBytes(again.GetFilePath(damaged == OnnxData ? Onnx : damaged).Replace(Onnx, damaged, StringComparison.Ordinal)).ShouldBe(whole);
        Directory.GetFileSystemEntries(_samples.Cache).Length.ShouldBe(1);
    }

    [Fact]
    public void A_damaged_unpacked_file_is_refused_where_the_archive_cannot_replace_it()
    {
        Write("x.slmb");
        using Bundle bundle = Bundle.Open(_samples.In("x.slmb"), Options());
        string unpacked = Path.Combine(_samples.Cache, bundle.ManifestSha256, Gguf);
        File.WriteAllBytes(unpacked, new byte[_samples.Weights.Length]);
        Damage("x.slmb", Gguf);
        Should.Throw<BundleException>(() => bundle.GetFilePath(Gguf)).Message.ShouldContain(Gguf);
        File.ReadAllBytes(unpacked).ShouldBe(new byte[_samples.Weights.Length]);
    }

    [Fact]
    public void A_file_that_was_added_or_cut_in_the_unpacked_copy_leads_to_a_new_one()
    {
        Write("x.slmb");
        Bundle.Open(_samples.In("x.slmb"), Options()).Dispose();
        string folder = Directory.GetDirectories(_samples.Cache).Single();
        string planted = Path.Combine(folder, "onnx", "planted.data");
        File.WriteAllText(planted, "x");
        Bundle.Open(_samples.In("x.slmb"), Options()).Dispose();
        File.Exists(planted).ShouldBeFalse();
        File.WriteAllText(Path.Combine(folder, Gguf), "x");
        Bundle.Open(_samples.In("x.slmb"), Options()).Dispose();
        new FileInfo(Path.Combine(folder, Gguf)).Length.ShouldBe(_samples.Weights.Length);
    }

    [Fact]
    public void An_archive_that_was_only_copied_is_checked_once_and_then_taken_for_the_same()
    {
        Write("x.slmb");
        Bundle.Open(_samples.In("x.slmb"), Options()).Dispose();
        File.SetLastWriteTimeUtc(_samples.In("x.slmb"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Bundle.Open(_samples.In("x.slmb"), Options()).Dispose();
        string copy = Path.Combine(Directory.GetDirectories(_samples.Cache).Single(), BundleManifest.FileName);
        File.GetLastWriteTimeUtc(copy).ShouldBe(File.GetLastWriteTimeUtc(_samples.In("x.slmb")));
    }

    [Fact]
    public void The_path_of_a_checked_file_is_handed_out_again_from_several_threads()
    {
        Write("x.slmb");
        using Bundle bundle = Bundle.Open(_samples.In("x.slmb"), Options());
        Parallel.For(0, 16, i => File.Exists(bundle.GetFilePath(i % 2 == 0 ? Gguf : OnnxData)).ShouldBeTrue());
    }

    private BundleOptions Options() => _samples.Options() with { OnDemand = true };

    private void Write(string name)
    {
        File.WriteAllBytes(_samples.In("graph.bin"), [1, 2, 3, 4, 5, 6, 7, 8]);
        File.WriteAllText(_samples.In("data.bin"), "the weights of the ONNX model");
        BundleWriter writer = _samples.Writer();
        writer.AddFile(Onnx, _samples.In("graph.bin"), BundleFileRole.Onnx);
        writer.AddFile(OnnxData, _samples.In("data.bin"), BundleFileRole.Onnx);
        writer.Write(_samples.In(name));
    }

    /// <summary>Changes the last byte of a file's content and leaves sizes as they are.</summary>
    private void Damage(string name, string file)
    {
        string path = name == "x" ? Path.Combine(_samples.In(name), file) : _samples.In(name);
        byte[] content = file switch { Gguf => _samples.Weights, Onnx => File.ReadAllBytes(_samples.In("graph.bin")), _ => File.ReadAllBytes(_samples.In("data.bin")) };
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf(content);
        at.ShouldBeGreaterThanOrEqualTo(0);
        bytes[at + content.Length - 1] ^= 1;
        DateTime before = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, bytes);

        // Clocks of file systems are coarse; a later write has a later time.
        File.SetLastWriteTimeUtc(path, before.AddSeconds(1));
    }
}
