using System.Security.Cryptography;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Bundles.Tests;

/// <summary>A folder with a few model-like files and a manifest for them.</summary>
internal sealed class Samples : IDisposable
{
    public Samples()
    {
        Path = Directory.CreateTempSubdirectory("slmedge-bundles-").FullName;
        Cache = In("cache");
        Weights = RandomNumberGenerator.GetBytes(200_003);
        File.WriteAllBytes(In("weights.gguf"), Weights);
        File.WriteAllText(In("tokenizer.json"), "{\"a\": 1}");
        File.WriteAllBytes(In("empty.txt"), []);
    }

    public string Path { get; }

    public string Cache { get; }

    public byte[] Weights { get; }

    public static string Hash => new('a', 64);

    public static BundleManifest Manifest => new()
    {
        Name = "orders",
        Version = "1.2.0",
        CreatedUtc = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Task = TaskDefinition.FromLabels("orders", "Name the system.", ["Engine", "Hydraulik ü"]),
        Base = new BundleBase("edge-nano", Hash),
        TokenizerSha256 = Hash,
        PromptSha256 = Hash,
        Codes = [new LabelCode("Engine", 7, " Engine"), new LabelCode("Hydraulik ü", 9, " A")],
        Calibration = new BundleCalibration(1.25),
        Scores = [new StageScore("adapter", "libtorch", "f32", 0.93, 0.77, null, null, 1000, 12.5, 600), new StageScore("gguf q8_0", "llama.cpp", "q8_0", 0.93, 0.77, 0.001, 0, 500, 80, 600)],
        Golden = [new GoldenExample("pump leaks", "Hydraulik ü", 0.9, 0.02)],
        Recommended = new BundleRecommendation("llama", "models/q8_0.gguf"),
    };

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public BundleWriter Writer(BundleManifest? manifest = null)
    {
        var writer = new BundleWriter(manifest ?? Manifest);
        writer.AddFile("models/q8_0.gguf", In("weights.gguf"), BundleFileRole.Gguf);
        writer.AddFile("tokenizer.json", In("tokenizer.json"), BundleFileRole.Tokenizer);
        writer.AddFile("empty.txt", In("empty.txt"), BundleFileRole.Report);
        return writer;
    }

    public BundleOptions Options(params ECDsa[] keys) => new() { CacheDirectory = Cache, TrustedKeys = keys };

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
