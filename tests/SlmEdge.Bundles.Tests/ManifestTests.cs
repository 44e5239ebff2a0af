using System.Text;

namespace SlmEdge.Bundles.Tests;

public sealed class ManifestTests : IDisposable
{
    private readonly Samples _samples = new();
    private readonly string _json;

    public ManifestTests() => _json = Encoding.UTF8.GetString(_samples.Writer().Write(_samples.In("m.slmb")).ToUtf8());

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "has format version 2; this program reads version 1. Update the program")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 0", "Export the bundle again")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": \"1\"", "has no format version")]
    [InlineData("\"name\": \"orders\",\n  \"version\"", "\"nmae\": \"orders\",\n  \"version\"", "nmae")]
    [InlineData("\"version\": \"1.2.0\"", "\"version\": null", "not a valid manifest")]
    [InlineData("\"version\": \"1.2.0\"", "\"version\": \"\"", "version")]
    [InlineData("\"role\": \"gguf\"", "\"role\": \"exe\"", "not a valid manifest")]
    [InlineData("\"role\": \"gguf\"", "\"role\": 0", "not a valid manifest")]
    [InlineData("\"size\": 200003", "\"size\": -1", "has size -1")]
    [InlineData("\"size\": 200003", "\"size\": 99999999999999999999", "not a valid manifest")]
    [InlineData("\"temperature\": 1.25", "\"temperature\": 0", "calibration.temperature")]
    [InlineData("\"accuracy\": 0.93", "\"accuracy\": 1.5", "scores 'adapter'")]
    [InlineData("\"tokenId\": 9", "\"tokenId\": 7", "shared")]
    [InlineData("\"name\": \"Engine\",\n      \"tokenId\"", "\"name\": \"Motor\",\n      \"tokenId\"", "'Motor'")]
    [InlineData("\"label\": \"Hydraulik ü\"", "\"label\": \"Hydraulik\"", "not a label of the task")]
    [InlineData("\"file\": \"models/q8_0.gguf\"", "\"file\": \"models/q4.gguf\"", "recommended.file")]
    [InlineData("\"instruction\": \"Name the system.\"", "\"instruction\": \"\"", "instruction")]
    [InlineData("\"path\": \"tokenizer.json\"", "\"path\": \"Models/Q8_0.gguf\"", "twice")]
    public void A_wrong_manifest_is_refused(string original, string replacement, string message)
    {
        _json.ShouldContain(original);
        string changed = _json.Replace(original, replacement, StringComparison.Ordinal);
        Should.Throw<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(changed), "x.slmb")).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"formatVersion\": 1}")]
    [InlineData("{\"formatVersion\": 1, \"formatVersion\": 1}")]
    public void What_is_no_manifest_is_refused(string json) => Should.Throw<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_manifest_cut_anywhere_is_refused()
    {
        byte[] whole = Encoding.UTF8.GetBytes(_json);
        for (int length = 0; length < whole.Length; length += 37)
        {
            byte[] cut = whole[..length];
            Should.Throw<BundleException>(() => BundleManifest.Parse(cut));
        }
    }

    [Fact]
    public void A_bundle_that_needs_a_newer_program_is_refused_with_what_to_do_even_where_its_manifest_cannot_be_understood()
    {
        string json = Requiring("\"slmEdge\": \"99.1\", \"newKey\": 1");
        BundleRequirementException error = Should.Throw<BundleRequirementException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(json), "x.slmb"));
        (error.Component, error.Required, error.Present).ShouldBe(("SlmEdge", "99.1", BundleRequirements.ProgramVersion));
        error.Message.ShouldContain("needs SlmEdge 99.1 or newer");
        error.Message.ShouldContain("Update this program");
    }

    [Theory]
    [InlineData("\"slmEdge\": \"x\"", "requires.slmEdge")]
    [InlineData("\"slmEdge\": \"1..2\"", "requires.slmEdge")]
    [InlineData("\"slmEdge\": \"\"", "requires.slmEdge")]
    [InlineData("\"slmEdge\": 1", "not a valid manifest")]
    [InlineData("\"llama\": \"0.5-rc\"", "requires.llama")]
    [InlineData("\"onnx\": \"1.\"", "requires.onnx")]
    [InlineData("\"torch\": \"1\"", "torch")]
    public void A_requirement_that_cannot_be_understood_is_refused(string requirement, string message) =>
        Should.Throw<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(Requiring(requirement)), "x.slmb")).Message.ShouldContain(message);

    [Fact]
    public void Requirements_are_kept_and_bundles_without_them_still_open()
    {
        BundleManifest.Parse(Encoding.UTF8.GetBytes(_json)).Requires.ShouldBeNull();
        var requires = new BundleRequirements { SlmEdge = BundleRequirements.ProgramVersion, Llama = "0.5.0", Onnx = "1.30.0" };
        byte[] written = _samples.Writer(Samples.Manifest with { Requires = requires }).Write(_samples.In("r.slmb")).ToUtf8();
        BundleManifest.Parse(written).Requires.ShouldBe(requires);
    }

    [Theory]
    [InlineData("1.30.0", "1.30.0", false)]
    [InlineData("1.30.0", "1.30.0-dev+4f2", false)]
    [InlineData("1.30", "1.30.1", false)]
    [InlineData("1.9.0", "1.10.0", false)]
    [InlineData("1.10.0", "1.9.0", true)]
    [InlineData("1.30.0", "unknown", true)]
    [InlineData(null, "0.1", false)]
    public void An_engine_older_than_the_tested_one_is_refused(string? required, string present, bool refused)
    {
        BundleRequirementException? error = Record.Exception(() => BundleRequirements.CheckEngine("ONNX Runtime", required, present, "x.slmb")) as BundleRequirementException;
        (error is not null).ShouldBe(refused);
        error?.Message.ShouldContain($"needs ONNX Runtime {required} or newer; this is {present}");
    }

    private string Requiring(string content) => _json.Replace("\"formatVersion\": 1,", $"\"formatVersion\": 1, \"requires\": {{ {content} }},", StringComparison.Ordinal);
}
