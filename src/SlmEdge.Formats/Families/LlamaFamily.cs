using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Llama 2 and 3 (Touvron et al. 2023, arXiv 2302.13971 and 2307.09288; Grattafiori et al. 2024, arXiv 2407.21783) and what is built like them, such as SmolLM2.
/// Biases are optional.
/// </summary>
internal sealed class LlamaFamily : ModelFamily
{
    public override string ModelType => "llama";

    public override string Architecture => "LlamaForCausalLM";

    public override string GgufArchitecture => "llama";

    public override bool InterleavesRotaryRows => true;

    public override IReadOnlyList<string> RopeTypes => ["linear", "yarn", "llama3"];

    public override BlockDesign Blocks(DecoderConfig config) => new()
    {
        QueryKeyValueBias = config.AttentionBias,
        OutputBias = config.AttentionBias,
        FeedForwardBias = config.FeedForwardBias,
    };

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => config with
    {
        AttentionBias = fields.Boolean("attention_bias") ?? false,
        FeedForwardBias = fields.Boolean("mlp_bias") ?? false,
    };

    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) => config with
    {
        AttentionBias = keys.Has("blk.0.attn_q.bias"),
        FeedForwardBias = keys.Has("blk.0.ffn_down.bias"),
    };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.FeedForwardBias);
        json.WriteNumber("pretraining_tp", 1);
    }

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        base.WriteGguf(writer, config);
        new GgufHyperparameters(writer, config).Vocabulary();
    }
}
