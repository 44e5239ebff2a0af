using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Tests;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Tests.Adapters;

/// <summary>
/// A random base with LoRA adapters over it, each as a file, as a bundle, as the own adapter of a model's bundle, and merged: whatever answers with one of these has
/// to answer alike. In a folder that is deleted afterwards.
/// </summary>
internal sealed class AdaptedModel : IDisposable
{
    public static readonly string[] Texts =
    [
        "the pump leaks oil at the seal", "battery flat, charged it", "brake worn, new pads fitted", "cleaned the hose", "engine does not start",
        "replaced the filter and cleaned the hose; the pump leaks", "new pads", "oil",
    ];

    public static readonly string[] Labels = ["pump", "brake", "engine", "battery"];
    public static readonly string[] OtherLabels = ["urgent", "later"];

    private readonly RandomLlama model;
    private readonly Dictionary<int, RandomLlama> merged = [];
    private readonly TaskKind kind;

    public AdaptedModel(TaskKind kind = TaskKind.Classify)
    {
        this.kind = kind;
        model = new RandomLlama(seed: 5) { ChatTemplate = kind == TaskKind.Chat ? WritingBundle.Template : null };
        model.WriteGguf(BasePath);
        BundlePath = WriteModel("host", BasePath, own: 0);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    /// <summary>A bundle of the base with adapter 0 as its own.</summary>
    public string BundlePath { get; }

    private string BasePath => Path.Combine(Folder, "base.gguf");

    public static GgufAdapterIdentity Identity(string name, string version) => new(name, version, new string('a', 64), new string('b', 64), null, null);

    public SlmRuntime Open(string? bundle = null, RuntimeOptions? options = null) => SlmRuntime.Open(
        bundle ?? BundlePath, (options ?? new RuntimeOptions()) with { CacheDirectory = Path.Combine(Folder, "cache"), Threads = 1 });

    /// <summary>A bundle whose model is the base with an adapter of its own.</summary>
    public string WithOwn(int adapter) => WriteModel($"own-{adapter}", BasePath, adapter);

    /// <summary>A bundle whose model has an adapter merged into it.</summary>
    public string Merged(int adapter)
    {
        AdapterFile(adapter);
        var path = Path.Combine(Folder, $"merged-{adapter}.gguf");
        merged[adapter].WriteGguf(path);
        return WriteModel($"merged-{adapter}", path, own: null);
    }

    /// <summary>An adapter alone in a bundle.</summary>
    public string AdapterBundle(
        int adapter, string name, string version = "1", string[]? labels = null, Func<BundleManifest, BundleManifest>? change = null, System.Security.Cryptography.ECDsa? key = null,
        Bundles.Drift.DriftReference? reference = null)
    {
        var manifest = Manifest(name, version, labels ?? Labels);
        var writer = new BundleWriter(change?.Invoke(manifest) ?? manifest);
        writer.AddFile("adapter.gguf", AdapterFile(adapter), BundleFileRole.Adapter);
        if (reference is not null)
        {
            var drift = Path.Combine(Folder, $"{name}-{version}.drift.json");
            File.WriteAllBytes(drift, reference.ToUtf8());
            writer.AddFile(Bundles.Drift.DriftReference.FileName, drift, BundleFileRole.Reference);
        }

        var path = Path.Combine(Folder, $"{name}-{version}-{adapter}.slmb");
        writer.Write(path, key);
        return path;
    }

    /// <summary>An adapter's file; each number has other factors, and they are strong enough to be seen in every score.</summary>
    public string AdapterFile(int adapter)
    {
        for (var next = merged.Count; next <= adapter; next++)
        {
            var number = next;
            merged[next] = model.WriteAdapter(FileOf(next), rank: 4, alpha: 8, writer => Identity($"file-{number}", "1").Apply(writer));
        }

        return FileOf(adapter);
    }

    /// <summary>The scores of a text that a model with an adapter of its own gives when nothing else runs.</summary>
    public async Task<IReadOnlyList<Classification.LabelScore>[]> ScoresWithOwnAsync(int adapter)
    {
        using var alone = Open(WithOwn(adapter));
        var scores = new IReadOnlyList<Classification.LabelScore>[Texts.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (await alone.Classifier.ClassifyAsync(Texts[i])).Scores;
        }

        return scores;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string FileOf(int adapter) => Path.Combine(Folder, $"adapter-{adapter}.gguf");

    private string WriteModel(string name, string gguf, int? own)
    {
        var path = Path.Combine(Folder, name + ".slmb");
        if (File.Exists(path))
        {
            return path;
        }

        var writer = new BundleWriter(Manifest("host", "7", Labels) with { Recommended = new BundleRecommendation("llama", "gguf/model.gguf") });
        writer.AddFile("gguf/model.gguf", gguf, BundleFileRole.Gguf);
        if (own is { } adapter)
        {
            writer.AddFile("gguf/model.lora.gguf", AdapterFile(adapter), BundleFileRole.Adapter);
        }

        writer.Write(path);
        return path;
    }

    private BundleManifest Manifest(string name, string version, string[] labels)
    {
        var task = kind == TaskKind.Classify
            ? TaskDefinition.FromLabels("faults", "Say what the order is about.", labels) with { Prompt = new PromptOptions { Verbalizer = Verbalizer.Name } }
            : new TaskDefinition { Name = "faults", Kind = kind, Instruction = "Say what is wrong." };
        using var tokenizer = LlamaTokenizer.Open(BasePath);
        return new BundleManifest
        {
            Name = name,
            Version = version,
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Task = task,
            Base = new BundleBase("random", new string('a', 64)),
            TokenizerSha256 = new string('b', 64),
            PromptSha256 = kind == TaskKind.Classify
                ? ClassificationPrompt.Create(task, tokenizer).Sha256
                : new GenerationPrompt(tokenizer, tokenizer.ChatTemplate).IdentityOf(task),
        };
    }
}
