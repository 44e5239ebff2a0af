using SlmEdge.Bundles;
using SlmEdge.Bundles.Store;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Tests;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Memory;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Tests;

/// <summary>One random model in one bundle, as GGUF and as ONNX.</summary>
public sealed class BothEnginesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(Verbalizer.Code)]
    [InlineData(Verbalizer.Name)]
    public async Task Both_engines_decide_alike_on_the_same_weights(Verbalizer verbalizer)
    {
        var bundle = Write(verbalizer);
        var llama = await Decide(bundle, EngineChoice.Llama, "llama", "gguf/model.gguf");
        var onnx = await Decide(bundle, EngineChoice.Onnx, "onnx", "onnx/model.onnx");
        for (var i = 0; i < llama.Count; i++)
        {
            onnx[i].Label.ShouldBe(llama[i].Label);
            foreach (var score in llama[i].Scores)
            {
                onnx[i].Scores.Single(other => other.Label == score.Label).Probability.ShouldBe(score.Probability, 1e-3);
            }
        }

        // Scores that did not depend on the text would prove nothing.
        var odds = llama.Select(decision => Math.Log(decision.Scores[0].Probability / decision.Scores[1].Probability)).ToList();
        (odds.Max() - odds.Min()).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public async Task An_onnx_folder_can_be_asked_for_by_its_name_and_is_the_default_where_it_is_recommended()
    {
        var bundle = Write(Verbalizer.Code);
        using (var recommended = Open(bundle, new RuntimeOptions()))
        {
            recommended.Engine.ShouldBe("onnx");
        }

        using var named = Open(bundle, new RuntimeOptions { File = "onnx/" });
        named.File.ShouldBe("onnx/model.onnx");
        SlmRuntime.ListModels(named.Manifest).ShouldBe([(EngineChoice.Llama, "gguf/model.gguf"), (EngineChoice.Onnx, "onnx/model.onnx")]);
        (await named.Classifier.ClassifyAsync("pump leaks oil")).Engine.ShouldBe("onnx");
    }

    [Theory]
    [InlineData(EngineChoice.Llama, "llama.cpp", "99.0.0", null)]
    [InlineData(EngineChoice.Onnx, "llama.cpp", "99.0.0", null)]
    [InlineData(EngineChoice.Onnx, "ONNX Runtime", null, "99.0.0")]
    public void A_bundle_for_a_newer_engine_is_refused_before_its_model_is_loaded(EngineChoice engine, string name, string? llama, string? onnx)
    {
        var bundle = Write(Verbalizer.Code, new BundleRequirements { Llama = llama, Onnx = onnx });
        var error = Should.Throw<BundleRequirementException>(() => Open(bundle, new RuntimeOptions { Engine = engine }));
        (error.Component, error.Required).ShouldBe((name, "99.0.0"));
        error.Message.ShouldContain($"Update {name}");
        if (onnx is not null)
        {
            Open(bundle, new RuntimeOptions { Engine = EngineChoice.Llama }).Dispose(); // Only what computes is asked.
        }
        else
        {
            Should.Throw<BundleRequirementException>(() => Embedder.Open(bundle, new EmbedderOptions { CacheDirectory = Path.Combine(folder, "cache") }));
        }
    }

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public void A_model_that_needs_more_memory_than_is_allowed_is_refused_by_either_engine(EngineChoice engine) =>
        Should.Throw<ModelMemoryException>(() => Open(Write(Verbalizer.Code), new RuntimeOptions { Engine = engine, MemoryLimitBytes = 100_000 })).Estimate.Weights.ShouldBeGreaterThan(0);

    [Theory]
    [InlineData("\"vocab_size\": ", "\"vocab_size\": 1, \"was\": ", "'tokenizer.gguf' has")]
    [InlineData("model.onnx", "other.onnx", "has to name a file of this folder")]
    public async Task A_folder_whose_files_do_not_fit_each_other_is_not_installed(string original, string replacement, string message)
    {
        var bundle = Write(Verbalizer.Code, settings: json => json.Replace(original, replacement, StringComparison.Ordinal));
        using var store = BundleStore.Open(Path.Combine(folder, "store"));
        (await Should.ThrowAsync<BundleException>(() => store.InstallAsync(bundle))).Message.ShouldContain(message);
        (await store.InstallAsync(Write(Verbalizer.Code))).ActiveVersion.ShouldBe("1");
    }

    private async Task<IReadOnlyList<Decision>> Decide(string bundle, EngineChoice engine, string name, string file)
    {
        using var runtime = Open(bundle, new RuntimeOptions { Engine = engine });
        runtime.Engine.ShouldBe(name);
        runtime.File.ShouldBe(file);
        var texts = new[] { "pump leaks oil", "brake pads worn, new pads fitted", "battery flat", "replaced the filter and the hose", "engine does not start", "x", "seal" };
        return await runtime.Classifier.ClassifyAsync([.. texts, .. texts.Select(text => text + " again and again")]);
    }

    private SlmRuntime Open(string bundle, RuntimeOptions options) => SlmRuntime.Open(bundle, options with { CacheDirectory = Path.Combine(folder, "cache"), Threads = 1 });

    private string Write(Verbalizer verbalizer, BundleRequirements? requires = null, Func<string, string>? settings = null)
    {
        var model = new RandomLlama(seed: 11);
        var gguf = Path.Combine(folder, "model.gguf");
        var onnx = Directory.CreateDirectory(Path.Combine(folder, "onnx")).FullName;
        model.WriteGguf(gguf);
        model.WriteOnnx(onnx);
        if (settings is not null)
        {
            var file = Path.Combine(onnx, "genai_config.json");
            var changed = settings(File.ReadAllText(file));
            changed.ShouldNotBe(File.ReadAllText(file));
            File.WriteAllText(file, changed);
        }

        var task = TaskDefinition.FromLabels("faults", "Name the part.", ["pump", "brake", "engine", "filter", "hose"]) with
        {
            Prompt = new PromptOptions { Verbalizer = verbalizer },
        };
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var prompt = ClassificationPrompt.Create(task, tokenizer);
        var writer = new BundleWriter(new BundleManifest
        {
            Name = "faults",
            Version = "1",
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Task = task,
            Base = new BundleBase("random", new string('a', 64)),
            TokenizerSha256 = model.Tokenizer.Sha256,
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Requires = requires,
            Recommended = new BundleRecommendation("onnx", "onnx/model.onnx"),
        });
        writer.AddFile("gguf/model.gguf", gguf, BundleFileRole.Gguf);
        writer.AddFolder("onnx", onnx, BundleFileRole.Onnx);
        var path = Path.Combine(folder, "faults.slmb");
        writer.Write(path);
        return path;
    }
}
