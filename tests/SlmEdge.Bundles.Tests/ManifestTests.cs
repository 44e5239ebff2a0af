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
}
