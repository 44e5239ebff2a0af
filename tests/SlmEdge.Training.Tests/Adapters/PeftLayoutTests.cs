using System.Text.Json;
using System.Text.Json.Nodes;
using SlmEdge.Formats;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Adapters;

/// <summary>PEFT's files in both directions. The facts (fields, names, matching) are those of PEFT 0.20's source.</summary>
public sealed class PeftLayoutTests
{
    /// <summary>Fields of PEFT's LoraConfig and of the classes it derives from.</summary>
    private static readonly string[] PeftFields =
    [
        "task_type", "peft_type", "auto_mapping", "peft_version", "base_model_name_or_path", "revision", "inference_mode", "r", "target_modules",
        "exclude_modules", "lora_alpha", "lora_dropout", "fan_in_fan_out", "bias", "use_rslora", "modules_to_save", "init_lora_weights",
        "layers_to_transform", "layers_pattern", "rank_pattern", "alpha_pattern", "megatron_config", "megatron_core", "trainable_token_indices",
        "loftq_config", "eva_config", "corda_config", "lora_ga_config", "use_dora", "velora_config", "alora_invocation_tokens", "use_qalora",
        "qalora_group_size", "monteclora_config", "layer_replication", "runtime_config", "lora_bias", "target_parameters", "use_bdlora",
        "arrow_config", "kasa_config", "ensure_weight_tying",
    ];

    [Theory]
    [InlineData(SafetensorsType.F32)]
    [InlineData(SafetensorsType.F16)]
    [InlineData(SafetensorsType.BF16)]
    public void An_adapter_with_patterns_as_PEFT_writes_it_is_loaded_with_the_ranks_and_scales_it_names(SafetensorsType type)
    {
        using var place = new TemporaryDirectory();
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        var config = Config("q_proj", "down_proj");
        config["rank_pattern"] = new JsonObject { [@"layers\.1\.self_attn\.q_proj"] = 2 };
        config["alpha_pattern"] = new JsonObject { ["down_proj"] = 4 };
        Write(place, config, model, name => name.EndsWith("q_proj", StringComparison.Ordinal) || name.EndsWith("down_proj", StringComparison.Ordinal), name => name.Contains("layers.1.self_attn.q", StringComparison.Ordinal) ? 2 : 8, type);
        AdapterDirectory.Load(model, place.At("adapter"));

        Find("model.layers.0.self_attn.q_proj").Scale.ShouldBe(16.0 / 8);
        Find("model.layers.1.self_attn.q_proj").Scale.ShouldBe(16.0 / 2);
        Find("model.layers.1.self_attn.q_proj").A.shape.ShouldBe([2, 64]);
        Find("model.layers.0.mlp.down_proj").Scale.ShouldBe(4.0 / 8);
        model.Linears.Count(l => l.Adapter is not null).ShouldBe(4);
        ModelDirectory.ReadValues(Find("model.layers.0.self_attn.q_proj").A)[5].ShouldBe(0.625f);
        LoraAdapter Find(string name) => model.Linears.Single(l => l.Name == name).Adapter!;
    }

    [Theory]
    [InlineData("\"model\\\\.layers\\\\.1\\\\..*_proj\"", null, null, 7)]
    [InlineData("[\"self_attn.q_proj\", \"v_proj\"]", null, null, 4)]
    [InlineData("[\"q_proj\", \"v_proj\"]", "1", null, 2)]
    [InlineData("[\"q_proj\", \"v_proj\"]", "[0]", "[\"layers\"]", 2)]
    [InlineData("[\"q_proj\", \"v_proj\"]", "[0]", "\"h\"", 0)]
    [InlineData("[\"oj\"]", null, null, 0)]
    public void Targets_are_chosen_by_PEFTs_rules(string targets, string? layers, string? pattern, int expected)
    {
        using var place = new TemporaryDirectory();
        var config = Config();
        config["target_modules"] = JsonNode.Parse(targets);
        config["layers_to_transform"] = layers is null ? null : JsonNode.Parse(layers);
        config["layers_pattern"] = pattern is null ? null : JsonNode.Parse(pattern);
        Save(place, config);
        var lora = AdapterDirectory.ReadSettings(place.At("adapter")).Lora;
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        model.Linears.Count(l => lora.Targets(l.Name)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("layer_replication", "[[0, 1]]")]
    [InlineData("trainable_token_indices", "[3]")]
    [InlineData("target_parameters", "[\"x\"]")]
    [InlineData("lora_bias", "true")]
    [InlineData("use_qalora", "true")]
    [InlineData("alora_invocation_tokens", "[1, 2]")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"")]
    [InlineData("bias", "\"all\"")]
    [InlineData("a_field_of_tomorrow", "{\"x\": 1}")]
    public void A_setting_that_is_not_honoured_is_refused_by_name(string field, string value)
    {
        using var place = new TemporaryDirectory();
        var config = Config("q_proj");
        config[field] = JsonNode.Parse(value);
        Save(place, config);
        Should.Throw<ModelFormatException>(() => AdapterDirectory.ReadSettings(place.At("adapter"))).Message.ShouldContain(field);
    }

    [Fact]
    public void A_target_without_tensors_and_a_tensor_without_target_are_named()
    {
        using var place = new TemporaryDirectory();
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        Write(place, Config("q_proj", "v_proj"), model, name => name.EndsWith("q_proj", StringComparison.Ordinal), _ => 8, SafetensorsType.F32);
        Should.Throw<ModelFormatException>(() => AdapterDirectory.Load(model, place.At("adapter"))).Message.ShouldContain("v_proj.lora_A.weight");
        Write(place, Config("q_proj"), model, name => name.Contains("self_attn", StringComparison.Ordinal), _ => 8, SafetensorsType.F32);
        Should.Throw<ModelFormatException>(() => AdapterDirectory.Load(model, place.At("adapter"))).Message.ShouldContain("k_proj");
    }

    [Theory]
    [InlineData(false, AdapterPrecision.Fp32)]
    [InlineData(true, AdapterPrecision.Fp32)]
    [InlineData(true, AdapterPrecision.Bf16)]
    public void What_is_saved_has_PEFTs_fields_names_and_shapes_and_comes_back_the_same(bool dora, AdapterPrecision precision)
    {
        using var place = new TemporaryDirectory();
        var config = new LoraConfig(4, 8, 0.1, ModuleSelection.Parse(@".*\.(q_proj|down_proj)"))
        {
            UseDora = dora,
            Precision = precision,
            RankPattern = new Dictionary<string, int> { ["down_proj"] = 2 },
        };
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        model.AttachAdapters(config);
        using (no_grad())
        {
            manual_seed(4);
            foreach (var (_, parameter) in model.TrainableParameters())
            {
                using var noise = randn_like(parameter);
                parameter.add_(noise.mul_(0.1));
            }
        }

        AdapterDirectory.Save(model, config, place.At("adapter"), "base", new string('a', 64));
        using (var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(place.At("adapter"), "adapter_config.json"))))
        {
            json.RootElement.EnumerateObject().Select(p => p.Name).Except(PeftFields).ShouldBe(["slmedge_base_sha256"]);
            json.RootElement.GetProperty("target_modules").GetString().ShouldBe(@".*\.(q_proj|down_proj)");
            json.RootElement.GetProperty("use_dora").GetBoolean().ShouldBe(dora);
            json.RootElement.GetProperty("rank_pattern").GetProperty("down_proj").GetInt32().ShouldBe(2);
            json.RootElement.GetProperty("lora_alpha").GetRawText().ShouldBe("8");
        }

        using (var file = SafetensorsFile.Open(Path.Combine(place.At("adapter"), "adapter_model.safetensors")))
        {
            var expected = new Dictionary<string, long[]>();
            foreach (var (module, rank, outputs, inputs) in new[] { ("self_attn.q_proj", 4, 64, 64), ("mlp.down_proj", 2, 64, 128) })
            {
                for (var layer = 0; layer < 2; layer++)
                {
                    var name = $"base_model.model.model.layers.{layer}.{module}";
                    expected[name + ".lora_A.weight"] = [rank, inputs];
                    expected[name + ".lora_B.weight"] = [outputs, rank];
                    if (dora)
                    {
                        expected[name + ".lora_magnitude_vector"] = [outputs];
                    }
                }
            }

            file.Tensors.Keys.Order().ShouldBe(expected.Keys.Order());
            file.Tensors.ShouldAllBe(t => t.Value.Shape.SequenceEqual(expected[t.Key]) && t.Value.Type == (precision == AdapterPrecision.Bf16 ? SafetensorsType.BF16 : SafetensorsType.F32));
            file.Metadata["format"].ShouldBe("pt");
        }

        var before = Logits(model);
        using var other = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        AdapterDirectory.Load(other, place.At("adapter"));
        Logits(other).ShouldBe(before);
    }

    [Fact]
    public void A_fresh_DoRA_adapter_changes_nothing_but_rounding()
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        var before = Logits(model);
        model.AttachAdapters(new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]) { UseDora = true });
        Logits(model).Zip(before, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f);
    }

    private static JsonObject Config(params string[] targets) => new()
    {
        ["alpha_pattern"] = new JsonObject(), ["auto_mapping"] = null, ["base_model_name_or_path"] = "some/model", ["bias"] = "none", ["corda_config"] = null,
        ["eva_config"] = null, ["exclude_modules"] = null, ["fan_in_fan_out"] = false, ["inference_mode"] = true, ["init_lora_weights"] = true,
        ["layer_replication"] = null, ["layers_pattern"] = null, ["layers_to_transform"] = null, ["loftq_config"] = new JsonObject(), ["lora_alpha"] = 16,
        ["lora_bias"] = false, ["lora_dropout"] = 0.05, ["megatron_config"] = null, ["megatron_core"] = "megatron.core", ["modules_to_save"] = null,
        ["peft_type"] = "LORA", ["peft_version"] = "0.20.0", ["qalora_group_size"] = 16, ["r"] = 8, ["rank_pattern"] = new JsonObject(), ["revision"] = null,
        ["target_modules"] = new JsonArray([.. targets.Select(t => JsonValue.Create(t))]), ["target_parameters"] = null, ["task_type"] = "CAUSAL_LM",
        ["trainable_token_indices"] = null, ["use_dora"] = false, ["use_qalora"] = false, ["use_rslora"] = false,
    };

    private static void Save(TemporaryDirectory place, JsonObject config)
    {
        System.IO.Directory.CreateDirectory(place.At("adapter"));
        File.WriteAllText(Path.Combine(place.At("adapter"), "adapter_config.json"), config.ToJsonString());
    }

    private static void Write(TemporaryDirectory place, JsonObject config, DecoderModel model, Func<string, bool> has, Func<string, int> rank, SafetensorsType type)
    {
        Save(place, config);
        var entries = model.Linears.Where(l => has(l.Name)).SelectMany(l => new[]
        {
            Entry(l, "lora_A", [rank(l.Name), l.Weight.InFeatures]),
            Entry(l, "lora_B", [l.Weight.OutFeatures, rank(l.Name)]),
        });
        SafetensorsWriter.Write(Path.Combine(place.At("adapter"), "adapter_model.safetensors"), [.. entries], new Dictionary<string, string> { ["format"] = "pt" });
        SafetensorsEntry Entry(LinearLayer linear, string factor, long[] shape) => SafetensorsEntry.FromFloat32(
            $"base_model.model.{linear.Name}.{factor}.weight", shape, type, new ReadOnlyMemory<float>([.. Enumerable.Range(0, (int)(shape[0] * shape[1])).Select(i => (i % 8) * 0.125f)]));
    }

    private static float[] Logits(DecoderModel model)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return ModelDirectory.ReadValues(model.Logits(model.Forward(new PackedSequences([[5, 17, 3, 88, 41, 9, 62]]))));
    }
}
