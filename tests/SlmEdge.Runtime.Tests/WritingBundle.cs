using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Tests;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Tests;

/// <summary>One random model as GGUF and as ONNX in a bundle of a task that writes text, in a folder that is deleted afterwards.</summary>
internal sealed class WritingBundle : IDisposable
{
    public const string Template =
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    public const string Schema = """
        {"type":"object","properties":{"part":{"enum":["pump","brake","hose"]},"count":{"type":"integer","minimum":1,"maximum":9},"note":{"type":"string","maxLength":12}},
        "required":["part","count","note"],"additionalProperties":false}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public WritingBundle(TaskKind kind, string? schema = null, string? template = null, Func<BundleManifest, BundleManifest>? change = null, string instruction = "Say what is wrong.", Func<LlamaTokenizer, Bundles.Drift.DriftReference>? reference = null)
    {
        var model = new RandomLlama(seed: 11) { ChatTemplate = template ?? (kind == TaskKind.Chat ? Template : null) };
        var gguf = Path.Combine(folder, "model.gguf");
        var onnx = Directory.CreateDirectory(Path.Combine(folder, "onnx")).FullName;
        model.WriteGguf(gguf);
        model.WriteOnnx(onnx);
        var task = new TaskDefinition
        {
            Name = "faults",
            Kind = kind,
            Instruction = instruction,
            Schema = kind == TaskKind.Extract ? JsonElement.Parse(schema ?? Schema) : null,
        };
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var manifest = new BundleManifest
        {
            Name = "faults",
            Version = "1",
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Task = task,
            Base = new BundleBase("random", new string('a', 64)),
            TokenizerSha256 = model.Tokenizer.Sha256,
            PromptSha256 = new GenerationPrompt(tokenizer, tokenizer.ChatTemplate).IdentityOf(task),
            Recommended = new BundleRecommendation("llama", "gguf/model.gguf"),
        };
        var writer = new BundleWriter(change?.Invoke(manifest) ?? manifest);
        writer.AddFile("gguf/model.gguf", gguf, BundleFileRole.Gguf);
        writer.AddFolder("onnx", onnx, BundleFileRole.Onnx);
        if (reference is not null)
        {
            var drift = Path.Combine(folder, Bundles.Drift.DriftReference.FileName);
            File.WriteAllBytes(drift, reference(tokenizer).ToUtf8());
            writer.AddFile(Bundles.Drift.DriftReference.FileName, drift, BundleFileRole.Reference);
        }

        writer.Write(FilePath);
    }

    public string FilePath => Path.Combine(folder, "faults.slmb");

    public SlmRuntime Open(EngineChoice engine = EngineChoice.Llama, RuntimeOptions? options = null) =>
        SlmRuntime.Open(FilePath, (options ?? new RuntimeOptions()) with { Engine = engine, CacheDirectory = Path.Combine(folder, "cache"), Threads = 1 });

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
