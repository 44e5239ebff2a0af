using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Inference;

namespace SlmEdge.Export.Tests;

/// <summary>Every family, against llama.cpp's and ONNX Runtime's own idea of it.</summary>
public sealed class FamilyAgreementTests
{
    private const double Tolerance = 1e-3;

    public static TheoryData<string> Cases() => [.. FamilyCases.Names];

    [Fact]
    public void Every_family_has_a_case() =>
        ModelFamilies.All.ShouldBeSubsetOf(FamilyCases.Families());

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Torch_llama_and_onnx_give_the_same_logits_with_and_without_an_adapter(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = FamilyCases.Config(name);
        string model = TinyModel.Write(folder.At("model"), config, seed: 21);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 22);
        int[] tokens = TinyModel.Tokens(80, seed: 23);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("model.gguf"), GgufQuantization.F32);
            OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32);
        }

        using (ModelWeights merged = ModelWeights.Open(model, adapter))
        {
            OnnxExporter.Export(merged, folder.At("merged"), OnnxPrecision.Fp32);
        }

        GgufExporter.ExportAdapter(model, adapter, folder.At("adapter.gguf"));
        float[] plain = Logits.Torch(model, null, tokens);
        Logits.Difference(plain, Logits.Onnx(folder.At("onnx"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(plain, Logits.Llama(folder.At("model.gguf"), tokens, contextLength: 256)).ShouldBeLessThan(Tolerance);

        float[] adapted = Logits.Torch(model, adapter, tokens);
        Logits.Difference(plain, adapted).ShouldBeGreaterThan(0.05, "an adapter that changes nothing would prove nothing");
        Logits.Difference(adapted, Logits.Onnx(folder.At("merged"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(adapted, Logits.Llama(folder.At("model.gguf"), tokens, folder.At("adapter.gguf"), contextLength: 256)).ShouldBeLessThan(Tolerance);
    }

    /// <summary>Hugging Face's code takes LongRoPE's other divisors when a sequence is longer than the original context, llama.cpp when it is opened for longer ones.</summary>
    [SkippableFact]
    public void Longrope_goes_on_beyond_the_original_context()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config("phi3, tied, partial rotary, longrope"), seed: 31);
        int[] tokens = TinyModel.Tokens(300, seed: 32);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("model.gguf"), GgufQuantization.F32);
            OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32);
        }

        float[] beyond = Logits.Torch(model, null, tokens);
        Logits.Difference(beyond, Logits.Onnx(folder.At("onnx"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(beyond, Logits.Llama(folder.At("model.gguf"), tokens)).ShouldBeLessThan(Tolerance);

        float[] within = Logits.Torch(model, null, tokens[..256]);
        Logits.Difference(beyond[..within.Length], within).ShouldBeGreaterThan(0.01, "the two sets of divisors must matter");
        Logits.Difference(within, Logits.Onnx(folder.At("onnx"), tokens[..256])).ShouldBeLessThan(Tolerance);
        Logits.Difference(within, Logits.Llama(folder.At("model.gguf"), tokens[..256], contextLength: 256)).ShouldBeLessThan(Tolerance);
    }

    /// <summary>Keys and values from earlier steps, past the window, give what the whole sequence at once gives; the trainer, which has no cache, agrees.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Onnx_goes_on_from_its_cache_as_from_the_whole_sequence(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config(name), seed: 34);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32);
        }

        int[] prompt = TinyModel.Tokens(30, seed: 35);
        using OnnxEngine onnx = OnnxEngine.Open(folder.At("onnx"), new OnnxEngineOptions { Threads = 1 });
        int[] generated = onnx.GenerateGreedy(prompt, 24);
        generated.Length.ShouldBeGreaterThan(3, "too few steps would prove nothing");
        int vocabulary = onnx.VocabularySize;
        float[] whole = onnx.EvaluateLogits([.. prompt, .. generated]);
        for (int i = 0; i < generated.Length; i++)
        {
            ReadOnlySpan<float> row = whole.AsSpan((prompt.Length - 1 + i) * vocabulary, vocabulary);
            System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row).ShouldBe(generated[i], $"step {i}");
        }

        using TorchEngine torch = TorchEngine.Open(model, threads: 1);
        torch.GenerateGreedy(prompt, 24).ShouldBe(generated);
    }

    /// <summary>Four bits cost at most a few percent of the spread in every family; a misplaced bias or norm would cost far more.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Int4_stays_near_in_every_family(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config(name), seed: 28);
        int[] tokens = TinyModel.Tokens(48, seed: 29);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            OnnxExporter.Export(weights, folder.At("int4"), OnnxPrecision.Int4);
        }

        float[] expected = Logits.Torch(model, null, tokens);
        float[] int4 = Logits.Onnx(folder.At("int4"), tokens);
        double mean = expected.Zip(int4, (a, b) => Math.Abs((double)a - b)).Average() / (expected.Max() - (double)expected.Min());
        mean.ShouldBeInRange(1e-4, 0.05);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_merged_model_is_written_back_in_its_own_family(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = FamilyCases.Config(name);
        string model = TinyModel.Write(folder.At("model"), config, seed: 24);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 25);
        ModelMerger.Write(model, adapter, folder.At("merged"));
        DecoderConfig written = DecoderConfig.Load(folder.At("merged"));
        written.ModelType.ShouldBe(config.ModelType);
        written.RopeScaling.ShouldBe(config.RopeScaling);
        written.Blocks.ShouldBe(config.Blocks);
        Enumerable.Range(0, config.NumHiddenLayers).Select(written.Window).ShouldBe(Enumerable.Range(0, config.NumHiddenLayers).Select(config.Window));
        int[] tokens = TinyModel.Tokens(48, seed: 26);
        Logits.Difference(Logits.Torch(model, adapter, tokens), Logits.Torch(folder.At("merged"), null, tokens)).ShouldBeLessThan(1e-5);
    }
}
