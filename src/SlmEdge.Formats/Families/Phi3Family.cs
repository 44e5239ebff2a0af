using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Phi-3 and 3.5 (Abdin et al. 2024, arXiv 2404.14219) and Phi-4-mini (arXiv 2503.01743): query, key and value in one matrix, gate and up in another, as PEFT adapts them and
/// llama.cpp keeps them; part of a head rotated in Phi-4-mini; LongRoPE in the long-context models. llama.cpp has switched the window of its graph off.
/// </summary>
internal sealed class Phi3Family : ModelFamily
{
    public override string ModelType => "phi3";

    public override string Architecture => "Phi3ForCausalLM";

    public override string GgufArchitecture => "phi3";

    public override IReadOnlyList<string> RopeTypes => ["longrope"];

    internal override PartNames Names { get; } = PartNames.Llama.With(
        (DecoderPart.QueryKeyValue, "self_attn.qkv_proj", "attn_qkv"),
        (DecoderPart.GateUp, "mlp.gate_up_proj", "ffn_up"));

    public override BlockDesign Blocks(DecoderConfig config) => new() { FusedProjections = true };

    /// <summary>Phi-3's first configurations called LongRoPE <c>su</c> and <c>yarn</c>.</summary>
    internal override string? RopeTypeOf(string? stated) => stated is "su" or "yarn" ? "longrope" : stated;

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => config with { SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26) };

    internal override void Check(JsonFields fields, DecoderConfig config) => RequireUndividedWidth(fields, config);

    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) => config with { SlidingWindow = keys.Integer("attention.sliding_window") is { } window and > 0 ? window : null };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("original_max_position_embeddings", OriginalContext(config));
        JsonText.WriteInteger(json, "sliding_window", config.SlidingWindow);
    }

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        var keys = new GgufHyperparameters(writer, config);
        keys.Shape();
        keys.Set("rope.scaling.original_context_length", (uint)OriginalContext(config));
        keys.Norm();
        keys.Set("rope.dimension_count", (uint)config.RotaryDim);
        keys.Rope();
        keys.Set("attention.sliding_window", (uint)(config.SlidingWindow ?? 0));
    }

    private static int OriginalContext(DecoderConfig config) => config.RopeScaling is LongRopeScaling scaling ? scaling.OriginalContext : config.MaxPositionEmbeddings;
}
