using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>A bundle around one GGUF file and a task, so that files without a training run go through the whole runtime too.</summary>
internal sealed class TemporaryBundle : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;

    public TemporaryBundle(string gguf, TaskDefinition task, IReadOnlyList<LabelCode>? codes)
    {
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var prompt = ClassificationPrompt.Create(task, tokenizer, codes);
        var writer = new BundleWriter(new BundleManifest
        {
            Name = task.Name,
            Version = "1.0.0",
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Task = task,
            Base = new BundleBase(System.IO.Path.GetFileNameWithoutExtension(gguf), new string('0', 64)),
            TokenizerSha256 = new string('0', 64),
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Recommended = new BundleRecommendation("llama", "model.gguf"),
        });
        writer.AddFile("model.gguf", gguf, BundleFileRole.Gguf);
        Path = System.IO.Path.Combine(_folder, "bench.slmb");
        writer.Write(Path);
    }

    public string Path { get; }

    public string Cache => System.IO.Path.Combine(_folder, "cache");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
