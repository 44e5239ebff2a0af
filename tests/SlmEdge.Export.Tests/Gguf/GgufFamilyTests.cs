using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests.Gguf;

/// <summary>
/// Keys and tensors of the families as the conversion scripts of llama.cpp v0.5.0 have them (<c>conversion/base.py</c>, <c>llama.py</c>, <c>qwen.py</c>, <c>phi.py</c>,
/// <c>gemma.py</c>, <c>stablelm.py</c>, gguf-py's <c>constants.py</c> and <c>tensor_mapping.py</c>).
/// </summary>
public sealed class GgufFamilyTests
{
    private const string Shape = "block_count context_length embedding_length feed_forward_length attention.head_count attention.head_count_kv ";
    private const string Rms = "attention.layer_norm_rms_epsilon ";
    private const string Head = "attention.key_length attention.value_length ";
    private const string Base = Shape + Rms + Head + "rope.freq_base ";
    private const string Llama = "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down ";

    [Theory]
    [InlineData("llama, linear positions", "llama", Base + "vocab_size rope.dimension_count rope.scaling.type rope.scaling.factor")]
    [InlineData("mistral, yarn positions", "llama", Base + "vocab_size rope.dimension_count rope.scaling.type rope.scaling.factor rope.scaling.original_context_length")]
    [InlineData("ministral3", "mistral3", Base + "vocab_size rope.dimension_count rope.scaling.type rope.scaling.factor rope.scaling.original_context_length rope.scaling.yarn_beta_fast rope.scaling.yarn_beta_slow rope.scaling.yarn_log_multiplier attention.temperature_scale")]
    [InlineData("qwen2, tied", "qwen2", Base)]
    [InlineData("qwen3", "qwen3", Base)]
    [InlineData("phi3, tied, partial rotary, longrope", "phi3", Shape + Rms + "rope.scaling.original_context_length rope.dimension_count rope.freq_base attention.sliding_window rope.scaling.attn_factor")]
    [InlineData("gemma2, tied", "gemma2", Shape + Rms + Head + "attn_logit_softcapping final_logit_softcapping attention.sliding_window")]
    [InlineData("gemma3, tied, linear positions", "gemma3", Base + "rope.freq_base_swa rope.scaling.type rope.scaling.factor attention.sliding_window")]
    [InlineData("stablelm, biases", "stablelm", Shape + "attention.layer_norm_epsilon rope.dimension_count use_parallel_residual")]
    public void A_model_states_the_keys_that_its_converter_writes(string name, string architecture, string keys)
    {
        using var folder = new TemporaryFolder();
        using GgufFile gguf = Export(folder, FamilyCases.Config(name));
        gguf.Metadata["general.architecture"].AsString().ShouldBe(architecture);
        string prefix = architecture + ".";
        gguf.Metadata.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..])
            .ShouldBe(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true);
    }

    [Theory]
    [InlineData("llama, biases", Llama + "attn_q.bias attn_k.bias attn_v.bias attn_output.bias ffn_gate.bias ffn_up.bias ffn_down.bias", "")]
    [InlineData("llama, llama3 positions", Llama, "rope_freqs")]
    [InlineData("qwen2, tied", Llama + "attn_q.bias attn_k.bias attn_v.bias", "")]
    [InlineData("qwen3", Llama + "attn_q_norm attn_k_norm", "")]
    [InlineData("phi3, tied, partial rotary, longrope", "attn_norm attn_qkv attn_output ffn_norm ffn_up ffn_down", "rope_factors_long rope_factors_short")]
    [InlineData("gemma2, tied", Llama + "post_attention_norm post_ffw_norm", "")]
    [InlineData("gemma3, tied, linear positions", Llama + "attn_q_norm attn_k_norm post_attention_norm post_ffw_norm", "")]
    [InlineData("stablelm, biases", Llama + "attn_norm.bias attn_q.bias attn_k.bias attn_v.bias ffn_norm.bias", "output_norm.bias")]
    [InlineData("stablelm, head norms, parallel", "attn_norm attn_norm.bias attn_q attn_k attn_v attn_q_norm attn_k_norm attn_output ffn_gate ffn_up ffn_down", "output_norm.bias")]
    public void A_models_tensors_are_named_as_its_converter_names_them(string name, string block, string others)
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = FamilyCases.Config(name);
        using GgufFile gguf = Export(folder, config);
        Names("blk.1.").ShouldBe(Expected(block), ignoreOrder: true);
        string head = config.TieWordEmbeddings ? "" : " output";
        gguf.Tensors.Select(t => t.Name).Where(n => !n.StartsWith("blk.", StringComparison.Ordinal))
            .ShouldBe(Expected("token_embd output_norm" + head + " " + others), ignoreOrder: true);

        IEnumerable<string> Names(string prefix) => gguf.Tensors.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(t => t.Name[prefix.Length..]);
        static string[] Expected(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n.EndsWith(".bias", StringComparison.Ordinal) ? n : n + ".weight")];
    }

    [Fact]
    public void Norms_of_each_head_are_stacked_and_norms_around_zero_moved_to_one()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig stable = FamilyCases.Config("stablelm, head norms, parallel");
        using (GgufFile gguf = Export(folder, stable))
        {
            GgufTensor norm = gguf.Tensors.Single(t => t.Name == "blk.0.attn_q_norm.weight");
            norm.Dimensions.ShouldBe([stable.HeadDim, stable.NumAttentionHeads]);
            norm.Type.ShouldBe(GgmlType.F32);
        }

        DecoderConfig gemma = FamilyCases.Config("gemma2, tied");
        using GgufFile second = Export(folder, gemma);
        using ModelWeights weights = ModelWeights.Open(folder.At("gemma2"));
        float[] stored = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(second.GetBytes("blk.1.post_ffw_norm.weight")).ToArray();
        stored.ShouldBe(weights.Read("model.layers.1.post_feedforward_layernorm.weight").Select(v => v + 1));
    }

    [Fact]
    public void What_llama_cpp_would_compute_otherwise_is_not_written()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = FamilyCases.Config("gemma2, tied") with { QueryPreAttnScalar = 256 };
        Should.Throw<ModelFormatException>(() => Export(folder, config)).Element.ShouldBe("query_pre_attn_scalar");
        File.Exists(folder.At("gemma2.gguf")).ShouldBeFalse();
    }

    private static GgufFile Export(TemporaryFolder folder, DecoderConfig config)
    {
        using ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At(config.ModelType), config, seed: 27));
        GgufExporter.Export(weights, folder.At(config.ModelType + ".gguf"), GgufQuantization.F16);
        return GgufFile.Open(folder.At(config.ModelType + ".gguf"));
    }
}
