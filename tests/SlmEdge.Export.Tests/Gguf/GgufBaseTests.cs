using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Tests.Gguf;

/// <summary>A GGUF file as the base, against libllama on the same file.</summary>
public sealed class GgufBaseTests
{
    /// <summary>libllama rounds activations to 8 bits when it multiplies with quantised weights.</summary>
    private const double ActivationTolerance = 0.03;

    public static TheoryData<string> Cases() => [.. FamilyCases.Names];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void The_model_of_a_float_file_is_the_model_it_was_written_from(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = FamilyCases.Config(name);
        string model = TinyModel.Write(folder.At("model"), config, seed: 3);
        Export(model, folder.At("model.gguf"), GgufQuantization.F32);
        int[] tokens = TinyModel.Tokens(80, seed: 4);
        float[] actual = Logits.Torch(folder.At("model.gguf"), null, tokens);

        // Bases, divisors and norms moved by one are in single precision there; the rest is the same to the bit.
        Logits.Difference(Logits.Torch(model, null, tokens), actual).ShouldBeLessThan(1e-5);
        Logits.Difference(actual, Logits.Llama(folder.At("model.gguf"), tokens, contextLength: 256)).ShouldBeLessThan(1e-3);

        // An adapter on the file becomes the one that libllama loads beside it.
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 5, baseSha256: ModelDirectory.Hash(folder.At("model.gguf")));
        GgufExporter.ExportAdapter(folder.At("model.gguf"), adapter, folder.At("adapter.gguf"));
        float[] adapted = Logits.Torch(folder.At("model.gguf"), adapter, tokens);
        Logits.Difference(actual, adapted).ShouldBeGreaterThan(0.05);
        Logits.Difference(adapted, Logits.Llama(folder.At("model.gguf"), tokens, folder.At("adapter.gguf"), contextLength: 256)).ShouldBeLessThan(1e-3);

        // Merged, with the file's own metadata.
        using (ModelWeights merged = ModelWeights.Open(folder.At("model.gguf"), adapter))
        {
            GgufExporter.Export(merged, folder.At("merged.gguf"), GgufQuantization.F32);
        }

        Logits.Difference(adapted, Logits.Llama(folder.At("merged.gguf"), tokens, contextLength: 256)).ShouldBeLessThan(1e-3);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_quantised_file_of_every_family_computes_as_in_libllama(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config(name), seed: 3);
        Export(model, folder.At("model.gguf"), GgufQuantization.Q8_0);
        int[] tokens = TinyModel.Tokens(80, seed: 4);
        float[] actual = Logits.Torch(folder.At("model.gguf"), null, tokens);
        Logits.Difference(actual, Logits.Llama(folder.At("model.gguf"), tokens, contextLength: 256)).ShouldBeLessThan(ActivationTolerance);
    }

    /// <summary>LongRoPE's other divisors, for which llama.cpp is opened with a longer context.</summary>
    [SkippableFact]
    public void Longrope_goes_on_beyond_the_original_context_of_a_file()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config("phi3, tied, partial rotary, longrope"), seed: 31);
        Export(model, folder.At("model.gguf"), GgufQuantization.F32);
        int[] tokens = TinyModel.Tokens(300, seed: 32);
        float[] beyond = Logits.Torch(folder.At("model.gguf"), null, tokens);
        Logits.Difference(Logits.Torch(model, null, tokens), beyond).ShouldBeLessThan(1e-5);
        Logits.Difference(beyond, Logits.Llama(folder.At("model.gguf"), tokens)).ShouldBeLessThan(1e-3);
    }

    [SkippableFact]
    public void The_chat_template_of_the_folder_is_that_of_the_file()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(), seed: 8);
        const string Template = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}";
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), Template);
        Export(model, folder.At("model.gguf"), GgufQuantization.F32);
        BaseChatTemplate.Load(model).ShouldBe(Template);
        BaseChatTemplate.Load(folder.At("model.gguf")).ShouldBe(Template);
    }

    [SkippableTheory]
    [InlineData(GgufQuantization.F16, 1e-3)]
    [InlineData(GgufQuantization.BF16, 1e-2)]
    [InlineData(GgufQuantization.Q8_0, ActivationTolerance)]
    [InlineData(GgufQuantization.Q4_0, ActivationTolerance)]
    [InlineData(GgufQuantization.IQ4_NL, ActivationTolerance)]
    [InlineData(GgufQuantization.Q4_K_M, ActivationTolerance)]
    public void A_quantised_file_computes_with_the_weights_that_its_blocks_stand_for(GgufQuantization type, double tolerance)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden: 256, tied: false);
        string model = TinyModel.Write(folder.At("model"), config, seed: 5);
        string path = folder.At("model.gguf");
        Export(model, path, type);
        int[] tokens = TinyModel.Tokens(40, seed: 6);
        float[] actual = Logits.Torch(path, null, tokens);

        // The restored weights, written as an ordinary model and computed without any blocks.
        using (ModelWeights weights = ModelWeights.Open(path))
        {
            Directory.CreateDirectory(folder.At("restored"));
            config.Save(folder.At("restored"));
            SafetensorsWriter.Write(
                folder.At("restored", "model.safetensors"), [.. weights.Names.Select(n => SafetensorsEntry.FromFloat32(n, weights.Shapes[n], SafetensorsType.F32, weights.Read(n)))]);
        }

        Logits.Difference(Logits.Torch(folder.At("restored"), null, tokens), actual).ShouldBeLessThan(1e-6);
        Logits.Difference(Logits.Llama(path, tokens), actual).ShouldBeLessThan(tolerance);
    }

    [SkippableFact]
    public void An_adapter_on_a_quantised_file_decides_in_libllama_as_in_the_trainer()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden: 256);
        string model = TinyModel.Write(folder.At("model"), config, seed: 7);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 8);
        string path = folder.At("model.gguf");
        Export(model, path, GgufQuantization.Q8_0);
        GgufExporter.ExportAdapter(path, adapter, folder.At("adapter.gguf"));
        int[] tokens = TinyModel.Tokens(40, seed: 9);
        float[] trainer = Logits.Torch(path, adapter, tokens);
        Logits.Difference(trainer, Logits.Torch(path, null, tokens)).ShouldBeGreaterThan(0.05);
        Logits.Difference(trainer, Logits.Llama(path, tokens, folder.At("adapter.gguf"))).ShouldBeLessThan(ActivationTolerance);

        // Merged and written as floats nothing is rounded, tokenizer and metadata come from the file.
        using (ModelWeights merged = ModelWeights.Open(path, adapter))
        {
            GgufExporter.Export(merged, folder.At("merged.gguf"), GgufQuantization.F32);
        }

        Logits.Difference(trainer, Logits.Llama(folder.At("merged.gguf"), tokens)).ShouldBeLessThan(1e-3);
    }

    [SkippableFact]
    public void A_trained_model_of_other_makers_learns_from_its_GGUF_file_and_decides_in_libllama_as_in_the_trainer()
    {
        NativeEngines.Require();
        string path = SharedData.Require(Path.Combine("data", "models", "stories260K.gguf"));
        using var folder = new TemporaryFolder();
        int[] tokens = [1, 403, 407, 261, 378, 31, 266, 299, 10, 77, 290, 450, 500, 64];
        Logits.Difference(Logits.Llama(path, tokens), Logits.Torch(path, null, tokens)).ShouldBeLessThan(1e-3);
        FineTuningResult result = new SftTrainer(new SftOptions
        {
            BaseDirectory = path,
            Task = TaskDefinition.FromLabels("tiny", "Name the part.", TrainedTinyRun.Words),
            TrainFile = TrainedTinyRun.Rows(folder.At("train.jsonl"), 60, seed: 2),
            Method = FineTuningMethod.Lora,
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            OutputDirectory = folder.At("run"),
            Epochs = 6,
            LearningRate = 1e-2,
            BatchSize = 8,
            Threads = 1,
        }).Run();
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.8);
        GgufExporter.ExportAdapter(path, result.ArtifactDirectory, folder.At("adapter.gguf"));
        float[] trainer = Logits.Torch(path, result.ArtifactDirectory, tokens);
        Logits.Difference(trainer, Logits.Torch(path, null, tokens)).ShouldBeGreaterThan(0.05);
        Logits.Difference(trainer, Logits.Llama(path, tokens, folder.At("adapter.gguf"))).ShouldBeLessThan(1e-3);
    }

    [SkippableFact]
    public void What_a_base_cannot_be_is_said_by_tensor_and_key()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(), seed: 10);
        Export(model, folder.At("model.gguf"), GgufQuantization.F32);
        Refused(w => w.Set("general.architecture", "mamba")).ShouldContain("'mamba'; as a base this version reads llama, mistral3, qwen2, qwen3, phi3, gemma2, gemma3, stablelm");
        Refused(w => w.Set("llama.rope.dimension_count", 48u)).ShouldContain("48 of 32 elements of a head");
        Refused(w => w.Set("llama.rope.scaling.type", "longrope")).ShouldContain("llama.rope.scaling.type");
        Refused(w => w.AddTensor("rope_factors_long.weight", GgmlType.F32, [16], s => s.Write(new byte[64]))).ShouldContain("rope_factors_long.weight");
        Refused(w => w.Set("llama.attention.head_count", new int[] { 4, 2 })).ShouldContain("llama.attention.head_count");
        Refused(w => w.AddTensor("blk.0.ffn_sub_norm.weight", GgmlType.F32, [1], s => s.Write(new byte[4]))).ShouldContain("blk.0.ffn_sub_norm.weight");
        Refused(_ => { }, "blk.1.attn_k.weight").ShouldContain("'blk.1.attn_k.weight': there is no such tensor");
        Refused(w => w.AddTensor("blk.0.attn_q.weight", GgmlType.Q5_0, [128, 128], s => s.Write(new byte[128 * 4 * 22])), "blk.0.attn_q.weight").ShouldContain("is Q5_0; a base may hold F32");
        Refused(w => w.AddTensor("blk.0.attn_q.weight", GgmlType.F32, [128, 64], s => s.Write(new byte[128 * 64 * 4])), "blk.0.attn_q.weight").ShouldContain("the metadata call for [128, 128]");

        string Refused(Action<GgufWriter> change, string? without = null)
        {
            using (GgufFile source = GgufFile.Open(folder.At("model.gguf")))
            {
                var writer = new GgufWriter();
                foreach (string key in source.Metadata.Keys)
                {
                    writer.Set(key, source);
                }

                foreach (GgufTensor tensor in source.Tensors.Where(t => t.Name != without))
                {
                    writer.AddTensor(tensor.Name, tensor.Type, [.. tensor.Dimensions], s => source.CopyTo(tensor.Name, s));
                }

                change(writer);
                writer.Write(folder.At("changed.gguf"));
            }

            return Should.Throw<ModelFormatException>(() => ModelWeights.Open(folder.At("changed.gguf"))).Message;
        }
    }

    private static void Export(string model, string path, GgufQuantization type)
    {
        using ModelWeights weights = ModelWeights.Open(model);
        GgufExporter.Export(weights, path, type);
    }
}
