using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests;

/// <summary>Three programs written apart from each other (libtorch, llama.cpp, ONNX Runtime) have to agree on what our files say.</summary>
public sealed class AgreementTests
{
    private const double Tolerance = 1e-3;

    [SkippableTheory]
    [InlineData(64, 4, 4, true, null)]
    [InlineData(128, 4, 2, true, null)]
    [InlineData(128, 4, 1, false, null)]
    [InlineData(256, 4, 2, false, null)]
    [InlineData(96, 4, 2, true, 32)]
    public void Torch_llama_and_onnx_give_the_same_logits(int hidden, int heads, int keyValueHeads, bool tied, int? headDim)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden, heads, keyValueHeads, tied: tied, headDim: headDim);
        string model = TinyModel.Write(folder.At("model"), config, seed: hidden + heads);
        int[] tokens = TinyModel.Tokens(48, seed: 7);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("model.gguf"), GgufQuantization.F32);
            OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32);
        }

        float[] torch = Logits.Torch(model, null, tokens);
        Logits.Difference(torch, Logits.Llama(folder.At("model.gguf"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(torch, Logits.Onnx(folder.At("onnx"), tokens)).ShouldBeLessThan(Tolerance);
    }

    [SkippableFact]
    public void Merged_model_gives_the_same_logits_as_base_plus_adapter()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config();
        string model = TinyModel.Write(folder.At("model"), config, seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2);
        ModelMerger.Write(model, adapter, folder.At("merged"));
        int[] tokens = TinyModel.Tokens(48, seed: 3);

        float[] expected = Logits.Torch(model, adapter, tokens);
        Logits.Difference(expected, Logits.Torch(folder.At("merged"), null, tokens)).ShouldBeLessThan(1e-5);
        Logits.Difference(expected, Logits.Torch(model, null, tokens)).ShouldBeGreaterThan(0.05, "an adapter that changes nothing would prove nothing");
    }

    [SkippableFact]
    public void Adapter_on_the_base_GGUF_gives_the_same_logits_as_base_plus_adapter()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(tied: false);
        string model = TinyModel.Write(folder.At("model"), config, seed: 4);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 5, rank: 3, alpha: 7);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("base.gguf"), GgufQuantization.F32);
        }

        GgufExporter.ExportAdapter(model, adapter, folder.At("adapter.gguf"));
        int[] tokens = TinyModel.Tokens(48, seed: 6);
        Logits.Difference(Logits.Torch(model, adapter, tokens), Logits.Llama(folder.At("base.gguf"), tokens, folder.At("adapter.gguf"))).ShouldBeLessThan(Tolerance);
    }

    /// <summary>rsLoRA (Kalajdzievski 2023): alpha over the root of the rank. An adapter of plain LoRA with the alpha that gives the same scale says what is right.</summary>
    [SkippableFact]
    public void A_rank_stabilised_adapter_has_its_scale_in_the_trainer_the_merged_model_and_the_GGUF_adapter()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config();
        string model = TinyModel.Write(folder.At("model"), config, seed: 31);
        string stabilised = TinyModel.WriteAdapter(folder.At("stabilised"), config, seed: 32, rank: 4, alpha: 3);
        string settings = Path.Combine(stabilised, "adapter_config.json");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("\"r\":", "\"use_rslora\": true, \"r\":", StringComparison.Ordinal));
        string plain = TinyModel.WriteAdapter(folder.At("plain"), config, seed: 32, rank: 4, alpha: 6);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("base.gguf"), GgufQuantization.F32);
        }

        GgufExporter.ExportAdapter(model, stabilised, folder.At("adapter.gguf"));
        ModelMerger.Write(model, stabilised, folder.At("merged"));
        int[] tokens = TinyModel.Tokens(48, seed: 33);
        float[] expected = Logits.Torch(model, plain, tokens);
        Logits.Difference(expected, Logits.Torch(model, stabilised, tokens)).ShouldBeLessThan(1e-6);
        Logits.Difference(expected, Logits.Torch(folder.At("merged"), null, tokens)).ShouldBeLessThan(1e-5);
        Logits.Difference(expected, Logits.Llama(folder.At("base.gguf"), tokens, folder.At("adapter.gguf"))).ShouldBeLessThan(Tolerance);
    }

    [SkippableFact]
    public void Exports_that_merge_while_reading_equal_exports_of_the_merged_model()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config();
        string model = TinyModel.Write(folder.At("model"), config, seed: 8);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 9);
        int[] tokens = TinyModel.Tokens(32, seed: 10);
        using (ModelWeights weights = ModelWeights.Open(model, adapter))
        {
            GgufExporter.Export(weights, folder.At("merged.gguf"), GgufQuantization.F32);
            OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32);
        }

        float[] expected = Logits.Torch(model, adapter, tokens);
        Logits.Difference(expected, Logits.Llama(folder.At("merged.gguf"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(expected, Logits.Onnx(folder.At("onnx"), tokens)).ShouldBeLessThan(Tolerance);
    }

    [SkippableFact]
    public void Quantised_forms_stay_near_and_lose_more_the_fewer_bits_they_have()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(256), seed: 11);
        int[] tokens = TinyModel.Tokens(48, seed: 12);
        float[] expected = Logits.Torch(model, null, tokens);
        var error = new Dictionary<GgufQuantization, double>();
        using ModelWeights weights = ModelWeights.Open(model);
        foreach (GgufQuantization type in Enum.GetValues<GgufQuantization>())
        {
            GgufExporter.Export(weights, folder.At($"{type}.gguf"), type, threads: 1);
            error[type] = MeanDifference(expected, Logits.Llama(folder.At($"{type}.gguf"), tokens));
        }

        error[GgufQuantization.F16].ShouldBeLessThan(1e-3);
        error[GgufQuantization.BF16].ShouldBeLessThan(5e-3);
        error[GgufQuantization.Q8_0].ShouldBeInRange(error[GgufQuantization.F16], 0.01);
        error[GgufQuantization.Q4_K_M].ShouldBeInRange(error[GgufQuantization.Q8_0], 0.1);
        error[GgufQuantization.Q4_0].ShouldBeInRange(error[GgufQuantization.Q4_K_M], 0.1);

        OnnxExporter.Export(weights, folder.At("int4"), OnnxPrecision.Int4);
        MeanDifference(expected, Logits.Onnx(folder.At("int4"), tokens)).ShouldBeInRange(error[GgufQuantization.Q8_0], 0.1);
    }

    private static double MeanDifference(float[] reference, float[] other) =>
        reference.Zip(other, (a, b) => Math.Abs((double)a - b)).Average() / (reference.Max() - (double)reference.Min());
}
