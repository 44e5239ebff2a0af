using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Onnx;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>A bundle around one GGUF file or ONNX folder and a task, so that files without a training run go through the whole runtime too.</summary>
internal sealed class TemporaryBundle : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;

    public TemporaryBundle(string gguf, TaskDefinition task, IReadOnlyList<LabelCode>? codes)
        : this(gguf, gguf, task, codes, new BundleRecommendation("llama", "model.gguf"), writer => writer.AddFile("model.gguf", gguf, BundleFileRole.Gguf))
    {
    }

    private TemporaryBundle(
        string model, string vocabulary, TaskDefinition task, IReadOnlyList<LabelCode>? codes, BundleRecommendation recommended, Action<BundleWriter> add)
    {
        using var tokenizer = LlamaTokenizer.Open(vocabulary);
        var prompt = ClassificationPrompt.Create(task, tokenizer, codes);
        var writer = new BundleWriter(new BundleManifest
        {
            Name = task.Name,
            Version = "1.0.0",
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Task = task,
            Base = new BundleBase(System.IO.Path.GetFileNameWithoutExtension(model), new string('0', 64)),
            TokenizerSha256 = new string('0', 64),
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Recommended = recommended,
        });
        add(writer);
        Path = System.IO.Path.Combine(_folder, "bench.slmb");
        writer.Write(Path);
    }

    /// <summary>A bundle around an ONNX folder.</summary>
    public static TemporaryBundle OfOnnx(string folder, TaskDefinition task, IReadOnlyList<LabelCode>? codes) => new(
        folder, System.IO.Path.Combine(folder, OnnxFileNames.Vocabulary), task, codes, new BundleRecommendation("onnx", "onnx/" + OnnxFileNames.Model),
        writer => writer.AddFolder("onnx", folder, BundleFileRole.Onnx))
    {
        WeightBytes = Directory.EnumerateFiles(folder, OnnxFileNames.Model + "*").Sum(file => new FileInfo(file).Length),
    };

    /// <summary>Bytes of the weights as they lie in the files, of ONNX folders.</summary>
    public long? WeightBytes { get; private init; }

    public string Path { get; }

    public string Cache => System.IO.Path.Combine(_folder, "cache");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
