using System.Text.Json.Nodes;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests;

/// <summary>Every family, against llama.cpp's and ONNX Runtime's own idea of it.</summary>
public sealed class FamilyAgreementTests
{
    private const double Tolerance = 1e-3;

    /// <summary>A stretched context whose original one the test's sequence leaves behind.</summary>
    private static readonly Llama3RopeScaling Stretched = new(8, 1, 4, 32);

    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (ModelFamily family in ModelFamilies.All)
        {
            cases.Add(family.ModelType, true, false);
            cases.Add(family.ModelType, false, true);
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Torch_llama_and_onnx_give_the_same_logits_with_and_without_an_adapter(string modelType, bool tied, bool stretched)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = Config(modelType, tied, stretched);
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
        Logits.Difference(plain, Logits.Llama(folder.At("model.gguf"), tokens)).ShouldBeLessThan(Tolerance);
        Logits.Difference(plain, Logits.Onnx(folder.At("onnx"), tokens)).ShouldBeLessThan(Tolerance);

        float[] adapted = Logits.Torch(model, adapter, tokens);
        Logits.Difference(plain, adapted).ShouldBeGreaterThan(0.05, "an adapter that changes nothing would prove nothing");
        Logits.Difference(adapted, Logits.Llama(folder.At("model.gguf"), tokens, folder.At("adapter.gguf"))).ShouldBeLessThan(Tolerance);
        Logits.Difference(adapted, Logits.Onnx(folder.At("merged"), tokens)).ShouldBeLessThan(Tolerance);
    }

    /// <summary>Four bits cost at most a few percent of the spread in every family; a misplaced bias or norm would cost far more.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Int4_stays_near_in_every_family(string modelType, bool tied, bool stretched)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), Config(modelType, tied, stretched), seed: 28);
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
    public void A_merged_model_is_written_back_in_its_own_family(string modelType, bool tied, bool stretched)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = Config(modelType, tied, stretched);
        string model = TinyModel.Write(folder.At("model"), config, seed: 24);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 25);
        ModelMerger.Write(model, adapter, folder.At("merged"));
        DecoderConfig written = DecoderConfig.Load(folder.At("merged"));
        written.ModelType.ShouldBe(modelType);
        written.RopeScaling.ShouldBe(config.RopeScaling);
        int[] tokens = TinyModel.Tokens(48, seed: 26);
        Logits.Difference(Logits.Torch(model, adapter, tokens), Logits.Torch(folder.At("merged"), null, tokens)).ShouldBeLessThan(1e-5);
    }

    /// <summary>Keys and tensors as <c>conversion/qwen.py</c>, <c>conversion/llama.py</c> and gguf-py's <c>constants.py</c> of llama.cpp v0.5.0 have them.</summary>
    [SkippableFact]
    public void Gguf_names_what_a_family_adds_as_the_conversion_scripts_do()
    {
        using var folder = new TemporaryFolder();
        GgufFile qwen2 = Export("qwen2", stretched: false);
        qwen2.Metadata["general.architecture"].AsString().ShouldBe("qwen2");
        qwen2.Metadata.ContainsKey("qwen2.attention.layer_norm_rms_epsilon").ShouldBeTrue();
        qwen2.Metadata.ContainsKey("qwen2.rope.dimension_count").ShouldBeFalse();
        qwen2.Metadata.ContainsKey("qwen2.vocab_size").ShouldBeFalse();
        qwen2.Tensors.Select(t => t.Name).ShouldContain("blk.1.attn_k.bias");
        qwen2.Tensors.Single(t => t.Name == "blk.1.attn_k.bias").Type.ShouldBe(GgmlType.F32);

        GgufFile qwen3 = Export("qwen3", stretched: false);
        qwen3.Metadata["qwen3.attention.key_length"].AsInt64().ShouldBe(32);
        qwen3.Tensors.Select(t => t.Name).ShouldContain("blk.0.attn_q_norm.weight");
        qwen3.Tensors.Select(t => t.Name).ShouldContain("blk.0.attn_k_norm.weight");

        Export("mistral", stretched: false).Metadata["general.architecture"].AsString().ShouldBe("llama");
        GgufFile llama3 = Export("llama", stretched: true);
        llama3.Tensors.Single(t => t.Name == "rope_freqs.weight").Type.ShouldBe(GgmlType.F32);
        llama3.Metadata.Keys.ShouldNotContain(key => key.Contains("rope.scaling", StringComparison.Ordinal));

        GgufFile Export(string modelType, bool stretched)
        {
            string model = TinyModel.Write(folder.At(modelType), Config(modelType, true, stretched), seed: 27);
            using ModelWeights weights = ModelWeights.Open(model);
            GgufExporter.Export(weights, folder.At(modelType + ".gguf"), GgufQuantization.F32);
            return GgufFile.Open(folder.At(modelType + ".gguf"));
        }
    }

    [Theory]
    [InlineData("mistral", """{ "sliding_window": 64 }""", 64)]
    [InlineData("mistral", """{ "sliding_window": null }""", 256)]
    [InlineData("qwen2", """{ "sliding_window": 64, "use_sliding_window": false }""", 256)]
    [InlineData("qwen2", """{ "sliding_window": 64, "use_sliding_window": true }""", 64)]
    public void Sequences_are_held_to_a_window_that_the_exports_do_not_have(string modelType, string fields, int context)
    {
        using var folder = new TemporaryFolder();
        Change(folder, modelType, fields);
        DecoderConfig config = DecoderConfig.Load(folder.At("model"));
        config.ContextLength.ShouldBe(context);
        config.MaxPositionEmbeddings.ShouldBe(256);
    }

    [Theory]
    [InlineData("""{ "model_type": "gpt2" }""", "'llama', 'mistral', 'qwen2', 'qwen3'")]
    [InlineData("""{ "rope_scaling": { "rope_type": "dynamic", "factor": 4 } }""", "dynamic")]
    [InlineData("""{ "rope_scaling": { "rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32 } }""", "positive factor")]
    [InlineData("""{ "rope_scaling": { "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 32 } }""", "high_freq_factor")]
    [InlineData("""{ "rope_scaling": 3 }""", "object")]
    public void What_a_configuration_asks_in_vain_is_named(string fields, string expected)
    {
        using var folder = new TemporaryFolder();
        Change(folder, "llama", fields);
        Should.Throw<ModelFormatException>(() => DecoderConfig.Load(folder.At("model"))).Message.ShouldContain(expected);
    }

    private static DecoderConfig Config(string modelType, bool tied, bool stretched)
    {
        ModelFamily family = ModelFamilies.Find(modelType)!;
        return TinyModel.Config(128, 4, 2, tied: tied) with
        {
            Family = family,
            Architectures = [family.Architecture],
            RopeScaling = stretched && family.GgufArchitecture == "llama" ? Stretched : null,
        };
    }

    private static void Change(TemporaryFolder folder, string modelType, string fields)
    {
        Directory.CreateDirectory(folder.At("model"));
        Config(modelType, true, false).Save(folder.At("model"));
        string path = Path.Combine(folder.At("model"), "config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        File.WriteAllText(path, config.ToJsonString());
    }
}
