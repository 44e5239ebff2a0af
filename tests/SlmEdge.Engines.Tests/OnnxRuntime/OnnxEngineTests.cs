using System.Numerics.Tensors;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Engines.Scoring;
using SlmEdge.Formats;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.Tests.OnnxRuntime;

public sealed class OnnxEngineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RandomLlama model = new(7);

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public void Both_engines_give_the_same_logits()
    {
        using var onnx = OpenOnnx();
        using var llama = OpenLlama();
        var tokens = onnx.Tokenizer!.Encode("the pump leaks oil at the seal; battery flat, charged it.");

        var expected = llama.EvaluateLogits(tokens);
        var actual = onnx.EvaluateLogits(tokens);

        actual.Length.ShouldBe(tokens.Length * model.Vocabulary);
        var spread = TensorPrimitives.Max<float>(expected) - TensorPrimitives.Min<float>(expected);
        (LargestDifference(expected, actual) / spread).ShouldBeLessThan(2e-5f);
    }

    [SkippableTheory]
    [InlineData(1, 64)]
    [InlineData(4, 64)]
    [InlineData(4, 3)]
    public void Both_engines_give_the_same_label_scores(int labelTokens, int cachedPrefixTokens)
    {
        using var onnx = OpenOnnx(new OnnxEngineOptions { Threads = 1, CachedPrefixTokens = cachedPrefixTokens });
        using var llama = OpenLlama();
        var (prefix, texts, labels) = Inputs(onnx, labelTokens);

        var expected = Score(llama, prefix, texts, labels);
        var actual = Score(onnx, prefix, texts, labels);
        var again = Score(onnx, prefix, texts, labels);

        LargestDifference(expected, actual).ShouldBeLessThan(2e-4f);
        LargestDifference(actual, again).ShouldBe(0f);
    }

    [SkippableTheory]
    [InlineData(64)]
    [InlineData(3)]
    public void Label_scores_equal_an_exhaustive_evaluation(int cachedPrefixTokens)
    {
        using var engine = OpenOnnx(new OnnxEngineOptions { Threads = 1, CachedPrefixTokens = cachedPrefixTokens });
        var (prefix, texts, labels) = Inputs(engine, 4);
        var scores = Score(engine, prefix, texts, labels);

        for (var text = 0; text < texts.Length; text++)
        {
            for (var label = 0; label < labels.LabelCount; label++)
            {
                var tokens = labels.GetTokens(label);
                var logits = engine.EvaluateLogits([.. prefix, .. texts[text], .. tokens]);
                double expected = 0;
                for (var i = 0; i < tokens.Length; i++)
                {
                    var row = logits.AsSpan((prefix.Length + texts[text].Length + i - 1) * engine.VocabularySize, engine.VocabularySize);
                    expected += row[tokens[i]] - LogSoftmax.LogSumExp(row);
                }

                scores[(text * labels.LabelCount) + label].ShouldBe((float)expected, 2e-4f, $"text {text}, label {label}");
            }
        }
    }

    [SkippableFact]
    public void Batches_small_and_large_give_the_same_scores()
    {
        using var large = OpenOnnx();
        using var small = OpenOnnx(new OnnxEngineOptions { Threads = 1, BatchTokens = 1 });
        var (prefix, texts, labels) = Inputs(large, 4);
        LargestDifference(Score(large, prefix, texts, labels), Score(small, prefix, texts, labels)).ShouldBeLessThan(2e-4f);
    }

    [SkippableFact]
    public void Both_engines_continue_alike()
    {
        using var onnx = OpenOnnx();
        using var llama = OpenLlama();
        var prompt = onnx.Tokenizer!.Encode("the brake is worn");

        var generated = onnx.GenerateGreedy(prompt, 20);

        generated.ShouldNotBeEmpty();
        var logits = onnx.EvaluateLogits([.. prompt, .. generated]);
        for (var i = 0; i < generated.Length; i++)
        {
            var row = logits.AsSpan((prompt.Length + i - 1) * onnx.VocabularySize, onnx.VocabularySize);
            row[generated[i]].ShouldBe(TensorPrimitives.Max<float>(row), 1e-4f);
        }

        llama.GenerateGreedy(prompt, 20).Take(generated.Length).ShouldBe(generated);
    }

    [SkippableFact]
    public void An_adapter_on_its_base_gives_the_logits_of_the_merged_model()
    {
        NativeEngines.Require();
        var merged = model.WriteAdapter(folder.File("adapter.gguf"), rank: 4, alpha: 8);
        merged.WriteGguf(folder.File("merged.gguf"));
        model.WriteGguf(folder.File("base.gguf"));
        using var plain = LlamaCppEngine.Open(folder.File("base.gguf"), new LlamaCppOptions { Threads = 1 });
        using var adapted = LlamaCppEngine.Open(folder.File("base.gguf"), new LlamaCppOptions { Threads = 1, AdapterPath = folder.File("adapter.gguf") });
        using var whole = LlamaCppEngine.Open(folder.File("merged.gguf"), new LlamaCppOptions { Threads = 1 });
        var tokens = plain.Tokenizer.Encode("engine does not start, battery flat");

        var expected = whole.EvaluateLogits(tokens);

        LargestDifference(expected, adapted.EvaluateLogits(tokens)).ShouldBeLessThan(1e-3f);
        LargestDifference(expected, plain.EvaluateLogits(tokens)).ShouldBeGreaterThan(0.1f);
    }

    [SkippableTheory]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    [InlineData("genai_config.json")]
    [InlineData("tokenizer.gguf")]
    public void A_truncated_file_of_the_folder_never_reaches_native_code(string file)
    {
        NativeEngines.Require();
        model.WriteOnnx(folder.Path);
        var path = folder.File(file);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);

        Should.Throw<ModelFormatException>(() => OnnxEngine.Open(folder.Path)).Message.ShouldContain(file);
    }

    [SkippableFact]
    public void A_folder_without_a_model_says_what_makes_one()
    {
        Should.Throw<EngineException>(() => OnnxEngine.Open(folder.Path)).Message.ShouldContain("slm-export onnx");
    }

    [SkippableFact]
    public void A_configuration_that_does_not_fit_the_graph_is_refused()
    {
        NativeEngines.Require();
        model.WriteOnnx(folder.Path);
        var config = folder.File("genai_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("present.%d.value", "gift.%d.value", StringComparison.Ordinal));
        Should.Throw<EngineException>(() => OnnxEngine.Open(folder.Path)).Message.ShouldContain("gift.0.value");
    }

    [SkippableFact]
    public void A_vocabulary_smaller_than_the_tokenizers_is_refused()
    {
        NativeEngines.Require();
        model.WriteOnnx(folder.Path);
        var config = folder.File("genai_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace($"\"vocab_size\": {model.Vocabulary}", $"\"vocab_size\": {model.Vocabulary - 1}", StringComparison.Ordinal));
        var error = Should.Throw<EngineException>(() => OnnxEngine.Open(folder.Path));
        error.Message.ShouldContain($"{model.Vocabulary} tokens");
        error.Message.ShouldContain($"{model.Vocabulary - 1}");
    }

    [SkippableFact]
    public void A_configuration_with_text_that_is_no_unicode_is_refused()
    {
        NativeEngines.Require();
        model.WriteOnnx(folder.Path);
        var config = folder.File("genai_config.json");
        var bytes = File.ReadAllBytes(config);
        bytes[bytes.AsSpan().IndexOf("present.%d.key"u8)] = 0xFF;
        File.WriteAllBytes(config, bytes);
        Should.Throw<ModelFormatException>(() => OnnxEngine.Open(folder.Path)).Message.ShouldContain("genai_config.json");
    }

    [SkippableFact]
    public void A_text_too_long_for_the_context_is_named_with_its_lengths()
    {
        using var engine = OpenOnnx(new OnnxEngineOptions { Threads = 1, ContextLength = 16 });
        var error = Should.Throw<EngineException>(() => engine.ScoreLabels([1, 2], [[.. Enumerable.Repeat(3, 15)]], new LabelTrie([[4], [5]]), new float[2]));
        error.Message.ShouldContain("Text 0 has 15 tokens");
    }

    [SkippableFact]
    public void Text_of_any_language_survives_the_byte_level_vocabulary()
    {
        using var engine = OpenOnnx();
        foreach (var text in new[] { "Grüße, 世界 😀\n\tπ≈3.14", "a\u0000b", "  two  spaces ", "naïve Ωmega \u200d" })
        {
            engine.Tokenizer!.Decode(engine.Tokenizer.Encode(text)).ShouldBe(text);
        }
    }

    private OnnxEngine OpenOnnx(OnnxEngineOptions? options = null)
    {
        NativeEngines.Require();
        model.WriteOnnx(folder.Path);
        return OnnxEngine.Open(folder.Path, options ?? new OnnxEngineOptions { Threads = 1 });
    }

    private LlamaCppEngine OpenLlama()
    {
        var path = folder.File("model.gguf");
        model.WriteGguf(path);
        return LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = 1, HalfPrecisionCache = false });
    }

    private static (int[] Prefix, int[][] Texts, LabelTrie Labels) Inputs(OnnxEngine engine, int labelTokens)
    {
        var tokenizer = engine.Tokenizer!;
        string[] texts = ["pump leaks", "the engine does not start", "new", "battery flat, charged it; replaced the filter", "oil", "hose cleaned"];
        string[] labels = ["oil pump hose", "oil pump seal", "oil filter", "brake pads", "engine", "battery oil flat"];
        var cut = labels.Select(label => tokenizer.Encode(label)).Select(tokens => tokens[..Math.Min(labelTokens, tokens.Length)]);
        return (tokenizer.Encode("Name the system that is broken."), [.. texts.Select(text => tokenizer.Encode(text))],
            new LabelTrie([.. cut.DistinctBy(tokens => string.Join(' ', tokens))]));
    }

    private static float[] Score(IEngine engine, int[] prefix, int[][] texts, LabelTrie labels)
    {
        var scores = new float[texts.Length * labels.LabelCount];
        engine.ScoreLabels(prefix, texts, labels, scores);
        return scores;
    }

    private static float LargestDifference(float[] expected, float[] actual) =>
        expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
}
