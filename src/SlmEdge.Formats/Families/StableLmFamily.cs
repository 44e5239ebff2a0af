using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// StableLM 3B and StableLM 2 (Bellagente et al. 2024, arXiv 2402.17834): layer normalisation with biases, a quarter of each head rotated, biases on query, key and value in
/// the 1.6B model; norms of each head's own and attention beside the feed-forward layer in the 12B model.
/// </summary>
internal sealed class StableLmFamily : ModelFamily
{
    public override string ModelType => "stablelm";

    public override string Architecture => "StableLmForCausalLM";

    public override string GgufArchitecture => "stablelm";

    public override bool? TiedHead => false;

    internal override string NormEpsilonField => "layer_norm_eps";

    internal override PartNames Names { get; } = PartNames.Llama.With(
        (DecoderPart.QueryNorm, "self_attn.q_layernorm", "attn_q_norm"),
        (DecoderPart.KeyNorm, "self_attn.k_layernorm", "attn_k_norm"));

    public override BlockDesign Blocks(DecoderConfig config) => new()
    {
        Norm = NormKind.Layer,
        QueryKeyValueBias = config.AttentionBias,
        QueryKeyNorm = config.QueryKeyNorm ? HeadNorm.PerHead : HeadNorm.None,
        ParallelResidual = config.ParallelResidual,
    };

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => config with
    {
        NormEps = fields.Number(NormEpsilonField) ?? 1e-5,
        PartialRotaryFactor = fields.States("partial_rotary_factor") || fields.States("rope_parameters") ? config.PartialRotaryFactor : 0.25,
        AttentionBias = fields.Boolean("use_qkv_bias") ?? false,
        QueryKeyNorm = fields.Boolean("qk_layernorm") ?? false,
        ParallelResidual = fields.Boolean("use_parallel_residual") ?? false,
    };

    internal override void Check(JsonFields fields, DecoderConfig config) => RequireUndividedWidth(fields, config);

    /// <summary>llama.cpp's graph goes by the tensors that there are.</summary>
    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) => config with
    {
        AttentionBias = keys.Has("blk.0.attn_q.bias"),
        QueryKeyNorm = keys.Has("blk.0.attn_q_norm.weight"),
        ParallelResidual = !keys.Has("blk.0.ffn_norm.weight"),
    };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteBoolean("use_qkv_bias", config.AttentionBias);
        json.WriteBoolean("qk_layernorm", config.QueryKeyNorm);
        json.WriteBoolean("use_parallel_residual", config.ParallelResidual);
    }

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        var keys = new GgufHyperparameters(writer, config);
        keys.Shape();
        keys.Set("rope.dimension_count", (uint)config.RotaryDim);
        keys.RopeBaseIfUnusual();
        keys.Set("use_parallel_residual", config.ParallelResidual);
        keys.Norm();
    }
}
