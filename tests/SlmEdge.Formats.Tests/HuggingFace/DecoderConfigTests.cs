using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tests.HuggingFace;

public sealed class DecoderConfigTests : IDisposable
{
    private const string Minimal =
        """{"model_type":"llama","hidden_size":256,"intermediate_size":768,"num_hidden_layers":4,"num_attention_heads":4,"vocab_size":6144%}""";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var config = new DecoderConfig
        {
            HiddenSize = 256, IntermediateSize = 768, NumHiddenLayers = 6, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 64, VocabSize = 6144,
            MaxPositionEmbeddings = 2048, NormEps = 1e-5, RopeTheta = 500000, TieWordEmbeddings = true, BosTokenId = 0, EosTokenId = 2, TorchDtype = "bfloat16",
        };
        config.Save(_folder.Path);
        DecoderConfig loaded = DecoderConfig.Load(_folder.Path);
        loaded.Architectures.ShouldBe(["LlamaForCausalLM"]);
        (loaded with { Architectures = config.Architectures }).ShouldBe(config);
    }

    [Fact]
    public void Absent_fields_have_the_defaults_of_the_field()
    {
        DecoderConfig config = Load("");
        config.NumKeyValueHeads.ShouldBe(4);
        config.HeadDim.ShouldBe(64);
        config.RopeTheta.ShouldBe(10000);
        config.NormEps.ShouldBe(1e-6);
        config.TieWordEmbeddings.ShouldBeFalse();
        config.EosTokenId.ShouldBeNull();
    }

    [Fact]
    public void Newer_spellings_are_understood()
    {
        DecoderConfig config = Load(""","dtype":"float16","eos_token_id":[7,8],"rope_parameters":{"rope_type":"default","rope_theta":500000.0}""");
        config.TorchDtype.ShouldBe("float16");
        config.EosTokenId.ShouldBe(7);
        config.RopeTheta.ShouldBe(500000);
    }

    [Theory]
    [InlineData(""","rope_parameters":{"rope_type":"dynamic"}""", "rope_parameters")]
    [InlineData(""","rope_scaling":{"rope_type":"yarn","factor":4,"beta_fast":64}""", "rope_scaling")]
    [InlineData(""","rope_scaling":{"rope_type":"longrope","factor":4,"short_factor":[1],"long_factor":[2]}""", "rope_scaling")]
    [InlineData(""","partial_rotary_factor":1.5""", "partial_rotary_factor")]
    [InlineData(""","hidden_act":"gelu" """, "hidden_act")]
    [InlineData(""","quantization_config":{}""", "quantization_config")]
    [InlineData(""","num_key_value_heads":3""", "num_key_value_heads")]
    [InlineData(""","head_dim":63""", "head_dim")]
    [InlineData(""","eos_token_id":6144""", "eos_token_id")]
    [InlineData(""","rms_norm_eps":0""", "rms_norm_eps")]
    [InlineData(""","rope_theta":"big" """, "rope_theta")]
    [InlineData(""","max_position_embeddings":0""", "max_position_embeddings")]
    public void What_is_not_implemented_or_wrong_is_refused_by_name(string field, string element) =>
        Should.Throw<ModelFormatException>(() => Load(field)).Element.ShouldBe(element);

    [Fact]
    public void Another_family_is_refused()
    {
        _folder.Write("config.json", Minimal.Replace("%", "").Replace("llama", "mamba"));
        Should.Throw<ModelFormatException>(() => DecoderConfig.Load(_folder.Path)).Message.ShouldContain("'mamba'");
    }

    [Fact]
    public void Damage_is_refused_or_read_but_nothing_else()
    {
        byte[] valid = System.Text.Encoding.UTF8.GetBytes(Minimal.Replace("%", ""","torch_dtype":"float32","rope_scaling":null"""));
        void Read(byte[] bytes) => DecoderConfig.Load(_folder.Write("config.json", bytes));
        Damage.EveryTruncationIsRefused(valid, Read);
        Damage.RandomChangesAreRefusedOrRead(valid, Read, rounds: 2000).ShouldBeGreaterThan(500);
    }

    [Theory]
    [InlineData("mistral", "attention_bias")]
    [InlineData("qwen2", "mlp_bias")]
    public void Biases_that_a_family_does_not_have_are_refused_by_name(string family, string field)
    {
        _folder.Write("config.json", Minimal.Replace("llama", family).Replace("%", $",\"{field}\":true"));
        Should.Throw<ModelFormatException>(() => DecoderConfig.Load(_folder.Path)).Element.ShouldBe(field);
    }

    private DecoderConfig Load(string extra)
    {
        _folder.Write("config.json", Minimal.Replace("%", extra));
        return DecoderConfig.Load(_folder.Path);
    }
}
