using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Tests;

/// <summary>A real bundle around a real model of 260 thousand weights (TinyStories), in a folder that is deleted afterwards.</summary>
internal sealed class TinyBundle : IDisposable
{
    public static readonly string[] Labels = ["happy", "sad story", "animal", "weather", "food"];

    private TinyBundle(string folder, string path)
    {
        Folder = folder;
        Path = path;
    }

    public string Folder { get; }

    public string Path { get; }

    public string Cache => System.IO.Path.Combine(Folder, "cache");

    public static IReadOnlyList<string> Texts { get; } =
    [
        "Once upon a time there was a little dog who loved to run.",
        "It rained all day and the wind was cold.",
        "Lily ate a big red apple and a cake.",
        "Tom lost his toy and he cried a lot.",
        "The sun was bright and the bird sang.",
        "Mom made soup. The soup was hot!",
        "She smiled and hugged her friend.",
        "A cat sat on the mat; the cat was not happy.",
    ];

    /// <summary>Writes the bundle.</summary>
    /// <param name="verbalizer">How labels are scored.</param>
    /// <param name="temperature">The calibration.</param>
    /// <param name="abstainBelow">The task's threshold.</param>
    /// <param name="asFolder">A folder instead of a <c>.slmb</c>.</param>
    /// <param name="change">Changes the manifest before it is written.</param>
    /// <param name="drift">The file that recent texts are compared with; null for none.</param>
    public static TinyBundle Create(
        Verbalizer verbalizer = Verbalizer.Code,
        double temperature = 1,
        double abstainBelow = 0,
        bool asFolder = false,
        Func<BundleManifest, BundleManifest>? change = null,
        string? drift = null)
    {
        var model = SharedData.Require("data/models/stories260K.gguf");
        var folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;
        var task = TaskDefinition.FromLabels("stories", "Say what the story is about.", Labels) with
        {
            Prompt = new PromptOptions { Verbalizer = verbalizer },
            Decision = new DecisionOptions { AbstainBelow = abstainBelow },
        };
        using var tokenizer = LlamaTokenizer.Open(model);
        var prompt = ClassificationPrompt.Create(task, tokenizer);
        var manifest = new BundleManifest
        {
            Name = "stories",
            Version = "1.2.3",
            CreatedUtc = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
            Task = task,
            Base = new BundleBase("stories260K", new string('a', 64)),
            TokenizerSha256 = new string('b', 64),
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Calibration = new BundleCalibration(temperature),
            Scores =
            [
                new StageScore("base", "torch", "f32", 0.31, 0.22, 1.2, 40, 1_100_000, 51.5, 100),
                new StageScore("gguf", "llama", "f32", 0.91, 0.9, 0.0001, 0, 1_185_376, 900, 100),
            ],
            Recommended = new BundleRecommendation("llama", "gguf/model.gguf"),
        };
        var path = System.IO.Path.Combine(folder, asFolder ? "stories" : "stories.slmb");
        var writer = new BundleWriter(change?.Invoke(manifest) ?? manifest);
        writer.AddFile("gguf/model.gguf", model, BundleFileRole.Gguf);
        if (drift is not null)
        {
            writer.AddFile("drift.json", drift, BundleFileRole.Reference);
        }

        writer.Write(path);
        return new TinyBundle(folder, path);
    }

    public SlmRuntime Open(RuntimeOptions? options = null) => SlmRuntime.Open(Path, (options ?? new RuntimeOptions()) with { CacheDirectory = Cache, Threads = 1 });

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
