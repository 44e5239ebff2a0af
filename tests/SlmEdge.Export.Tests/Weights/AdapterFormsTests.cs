using System.Text.Json.Nodes;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Tests.Weights;

/// <summary>Adapters that are more than one rank and one scale: what the trainer computes with them is what is exported.</summary>
public sealed class AdapterFormsTests
{
    private static readonly int[] Tokens = TinyModel.Tokens(12, 5);

    [SkippableFact]
    public void An_adapter_goes_on_only_over_a_base_in_the_form_whose_rounding_it_has_learned()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora, BaseForm.Q4_0);
        string adapter = Path.Combine(run.Directory, "adapter");
        Refused(FineTuningMethod.Qlora, null).ShouldContain("trained over a base in q4_0 and has learned to make up for its rounding; here the base would be held in nf4. Add --quant q4_0");
        Refused(FineTuningMethod.Lora, null).ShouldContain("its own precision");
        Refused(FineTuningMethod.Lora, BaseForm.Q8_0).ShouldContain("held in q8_0");
        new SftTrainer(Options(FineTuningMethod.Lora, BaseForm.Q4_0)).Run().Steps.ShouldBeGreaterThan(0);

        string Refused(FineTuningMethod method, BaseForm? quant) => Should.Throw<TrainingException>(() => new SftTrainer(Options(method, quant)).Run()).Message;

        SftOptions Options(FineTuningMethod method, BaseForm? quant) => new()
        {
            BaseDirectory = run.BaseDirectory,
            Task = SlmEdge.Tasks.TaskDefinition.FromLabels("tiny", "Name the part.", TrainedTinyRun.Words),
            TrainFile = folder.At("train.jsonl"),
            Method = method,
            Quant = quant,
            AdapterDirectory = adapter,
            OutputDirectory = folder.At("further"),
            Epochs = 1,
            Threads = 1,
        };
    }

    [Fact]
    public void A_DoRA_adapter_is_exported_merged_and_refused_as_a_GGUF_adapter()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config();
        string model = TinyModel.Write(folder.At("base"), config, seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2);
        Change(adapter, settings => settings["use_dora"] = true, name => name.EndsWith("lora_B.weight", StringComparison.Ordinal)
            ? (name.Replace("lora_B.weight", "lora_magnitude_vector", StringComparison.Ordinal), 0.8f)
            : null);
        float[] expected = Logits.Torch(model, adapter, Tokens);
        Logits.Difference(expected, Logits.Torch(model, null, Tokens)).ShouldBeGreaterThan(0.05);

        ModelMerger.Write(model, adapter, folder.At("merged"));
        Logits.Difference(expected, Logits.Torch(folder.At("merged"), null, Tokens)).ShouldBeLessThan(1e-5);
        using (ModelWeights weights = ModelWeights.Open(model, adapter))
        {
            GgufExporter.Export(weights, folder.At("merged.gguf"), GgufQuantization.F32);
        }

        Logits.Difference(expected, Logits.Llama(folder.At("merged.gguf"), Tokens)).ShouldBeLessThan(1e-3);
        Should.Throw<ExportException>(() => GgufExporter.ExportAdapter(model, adapter, folder.At("lora.gguf"))).Message.ShouldContain("DoRA");
        File.Exists(folder.At("lora.gguf")).ShouldBeFalse();
    }

    [Fact]
    public void An_adapter_with_ranks_and_alphas_of_its_own_is_the_same_in_GGUF_and_merged()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config();
        string model = TinyModel.Write(folder.At("base"), config, seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2, rank: 4, alpha: 8);
        Change(
            adapter,
            settings =>
            {
                settings["rank_pattern"] = new JsonObject { [@"layers\.1\.mlp\.down_proj"] = 4, ["q_proj"] = 4 };
                settings["alpha_pattern"] = new JsonObject { ["q_proj"] = 2, [@"layers\.0\.mlp\..*"] = 16 };
            },
            _ => null);
        float[] expected = Logits.Torch(model, adapter, Tokens);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("base.gguf"), GgufQuantization.F32);
        }

        GgufExporter.ExportAdapter(model, adapter, folder.At("lora.gguf"));
        Logits.Difference(expected, Logits.Llama(folder.At("base.gguf"), Tokens, folder.At("lora.gguf"))).ShouldBeLessThan(1e-3);
        ModelMerger.Write(model, adapter, folder.At("merged"));
        Logits.Difference(expected, Logits.Torch(folder.At("merged"), null, Tokens)).ShouldBeLessThan(1e-5);
    }

    /// <summary>Edits the settings and adds a vector of one value for each tensor that <paramref name="vector"/> names one for.</summary>
    private static void Change(string adapter, Action<JsonObject> settings, Func<string, (string Name, float Value)?> vector)
    {
        string configFile = Path.Combine(adapter, "adapter_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(configFile))!.AsObject();
        settings(config);
        File.WriteAllText(configFile, config.ToJsonString());
        string weightFile = Path.Combine(adapter, "adapter_model.safetensors");
        var entries = new List<SafetensorsEntry>();
        using (SafetensorsFile file = SafetensorsFile.Open(weightFile))
        {
            foreach ((string name, SafetensorsTensor tensor) in file.Tensors)
            {
                entries.Add(SafetensorsEntry.FromFloat32(name, [.. tensor.Shape], SafetensorsType.F32, file.ReadFloat32(name)));
                if (vector(name) is var (added, value))
                {
                    float[] values = [.. Enumerable.Range(0, (int)tensor.Shape[0]).Select(i => value + (0.01f * (i % 7)))];
                    entries.Add(SafetensorsEntry.FromFloat32(added, [values.Length], SafetensorsType.F32, values));
                }
            }
        }

        SafetensorsWriter.Write(weightFile, entries);
    }
}
