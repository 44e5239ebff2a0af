using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tests.HuggingFace;

/// <summary>How the families' own fields of <c>config.json</c> are read and refused.</summary>
public sealed class FamilyConfigTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mistral", """ "sliding_window": 64 """, 64)]
    [InlineData("mistral", """ "sliding_window": null """, 256)]
    [InlineData("qwen2", """ "sliding_window": 64, "use_sliding_window": false """, 256)]
    [InlineData("qwen2", """ "sliding_window": 64, "use_sliding_window": true """, 64)]
    [InlineData("phi3", """ "sliding_window": 64 """, 64)]
    [InlineData("gemma2", """ "sliding_window": 64, "tie_word_embeddings": true """, 256)]
    public void Sequences_are_held_to_a_window_that_the_exports_do_not_have(string modelType, string fields, int context)
    {
        DecoderConfig config = Load(modelType, fields);
        config.ContextLength.ShouldBe(context);
        config.MaxPositionEmbeddings.ShouldBe(256);
        config.Save(_folder.Path);
        DecoderConfig.Load(_folder.Path).ContextLength.ShouldBe(context);
    }

    [Fact]
    public void Both_spellings_of_rotary_positions_say_the_same()
    {
        DecoderConfig older = Load("gemma3_text", """ "rope_theta": 500000, "rope_local_base_freq": 5000, "rope_scaling": { "rope_type": "linear", "factor": 8.0 } """);
        DecoderConfig newer = Load("gemma3_text", """
            "rope_parameters": { "full_attention": { "rope_type": "linear", "rope_theta": 500000, "factor": 8.0 }, "sliding_attention": { "rope_type": "default", "rope_theta": 5000 } }
            """);
        foreach (DecoderConfig config in new[] { older, newer })
        {
            config.RopeTheta.ShouldBe(500000);
            config.LocalRopeTheta.ShouldBe(5000);
            config.RopeScaling.ShouldBe(new LinearRopeScaling(8));
        }

        DecoderConfig phi = Load("phi3", """ "rope_parameters": { "rope_type": "default", "rope_theta": 20000, "partial_rotary_factor": 0.5 } """);
        phi.RotaryDim.ShouldBe(16);
        phi.RopeTheta.ShouldBe(20000);
    }

    [Theory]
    [InlineData(""" "sliding_window_pattern": 2 """, new[] { true, false })]
    [InlineData(""" "layer_types": ["full_attention", "sliding_attention"] """, new[] { false, true })]
    [InlineData(""" "sliding_window": 32 """, new[] { true, true })]
    public void Gemma_3_says_which_layers_slide_in_two_ways_or_not_at_all(string fields, bool[] slides)
    {
        DecoderConfig config = Load("gemma3_text", fields);
        Enumerable.Range(0, 2).Select(layer => config.Window(layer) > 0).ShouldBe(slides);
        config.IsLocal(0).ShouldBe(slides[0]);
    }

    [Fact]
    public void Absent_fields_of_a_family_have_its_defaults()
    {
        DecoderConfig gemma2 = Load("gemma2", """ "tie_word_embeddings": true """);
        (gemma2.SlidingWindow, gemma2.AttentionSoftcap, gemma2.LogitSoftcap, gemma2.QueryPreAttnScalar).ShouldBe((4096, 50, 30, 256));
        DecoderConfig stable = Load("stablelm", """ "layer_norm_eps": 1e-4 """);
        (stable.RotaryDim, stable.NormEps, stable.Blocks.Norm).ShouldBe((8, 1e-4, NormKind.Layer));
    }

    [Fact]
    public void Phi_3_takes_the_magnitude_from_how_much_longer_the_context_is()
    {
        string factors = string.Join(", ", Enumerable.Repeat("1.5", 16));
        DecoderConfig config = Load("phi3", $$""" "original_max_position_embeddings": 64, "rope_scaling": { "type": "su", "short_factor": [{{factors}}], "long_factor": [{{factors}}] } """);
        config.RopeScaling!.Magnitude.ShouldBe(Math.Sqrt(1 + (Math.Log(4) / Math.Log(64))), 1e-12);
        config.RopeScaling.SwitchLength.ShouldBe(64);
        config.Save(_folder.Path);
        DecoderConfig.Load(_folder.Path).RopeScaling.ShouldBe(config.RopeScaling);
    }

    [Theory]
    [InlineData("gpt2", "", "'llama', 'mistral', 'ministral3', 'qwen2', 'qwen3', 'phi3', 'gemma2', 'gemma3_text', 'stablelm'")]
    [InlineData("gemma3", """ "text_config": {} """, "several modalities")]
    [InlineData("llama", """ "rope_scaling": { "rope_type": "dynamic", "factor": 4 } """, "dynamic")]
    [InlineData("qwen2", """ "rope_scaling": { "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32 } """, "'default', 'linear', 'yarn' are implemented")]
    [InlineData("llama", """ "rope_scaling": { "rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32 } """, "positive factor")]
    [InlineData("llama", """ "rope_scaling": { "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 32 } """, "high_freq_factor")]
    [InlineData("llama", """ "rope_scaling": 3 """, "object")]
    [InlineData("phi3", """ "rope_scaling": { "type": "longrope", "short_factor": [1.0], "long_factor": [1.0] } """, "needs 16 numbers")]
    [InlineData("ministral3", "", "llama_4_scaling_beta")]
    [InlineData("phi3", """ "head_dim": 16 """, "is not hidden_size")]
    [InlineData("gemma2", """ "tie_word_embeddings": false """, "must be true")]
    [InlineData("gemma2", """ "tie_word_embeddings": true, "final_logit_softcapping": null """, "must be positive")]
    [InlineData("gemma2", """ "tie_word_embeddings": true, "hidden_activation": "gelu" """, "'gelu_pytorch_tanh' is implemented")]
    [InlineData("gemma3_text", """ "layer_types": ["full_attention"] """, "lists 1 layers")]
    [InlineData("gemma3_text", """ "layer_types": ["full_attention", "chunked_attention"] """, "'chunked_attention'")]
    [InlineData("gemma3_text", """ "use_bidirectional_attention": true """, "causal")]
    [InlineData("gemma3_text", """ "attn_logit_softcapping": 50.0 """, "norms in its place")]
    [InlineData("stablelm", """ "tie_word_embeddings": true """, "must be false")]
    [InlineData("stablelm", """ "partial_rotary_factor": 0.1 """, "even number")]
    public void What_a_configuration_asks_in_vain_is_named(string modelType, string fields, string expected) =>
        Should.Throw<ModelFormatException>(() => Load(modelType, fields)).Message.ShouldContain(expected);

    private DecoderConfig Load(string modelType, string fields)
    {
        string comma = fields.Length > 0 ? "," : "";
        _folder.Write("config.json", $$"""
            { "model_type": "{{modelType}}", "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
              "vocab_size": 400, "max_position_embeddings": 256{{comma}} {{fields}} }
            """);
        return DecoderConfig.Load(_folder.Path);
    }
}
