using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Gemma 2 (Gemma Team 2024, arXiv 2408.00118): scores and logits bounded, every other layer within a window, norms before and after attention and feed-forward layer whose
/// weights lie around zero, embeddings scaled by the square root of their width, GELU in the gate.
/// </summary>
internal sealed class Gemma2Family : ModelFamily
{
    private const int LayersOfLargest = 46;

    public override string ModelType => "gemma2";

    public override string Architecture => "Gemma2ForCausalLM";

    public override string GgufArchitecture => "gemma2";

    public override bool SlidesWindow => true;

    public override bool? TiedHead => true;

    internal override string ActivationField => "hidden_activation";

    internal override PartNames Names => GemmaBlocks.Names;

    public override bool Slides(int layer) => layer % 2 == 0;

    public override BlockDesign Blocks(DecoderConfig config) => GemmaBlocks.Design(config);

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => GemmaBlocks.Read(fields, config) with
    {
        SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26) ?? 4096,
        AttentionSoftcap = fields.Number("attn_logit_softcapping") ?? (fields.States("attn_logit_softcapping") ? null : 50),
        LogitSoftcap = fields.Number("final_logit_softcapping") ?? (fields.States("final_logit_softcapping") ? null : 30),
    };

    internal override void Check(JsonFields fields, DecoderConfig config)
    {
        GemmaBlocks.Check(fields, config);
        foreach (var (name, bound) in new[] { ("attn_logit_softcapping", config.AttentionSoftcap), ("final_logit_softcapping", config.LogitSoftcap) })
        {
            if (bound is not > 0)
            {
                throw fields.Wrong(name, "must be positive; llama.cpp's graph of Gemma 2 always bounds");
            }
        }
    }

    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) => GemmaBlocks.ReadGguf(keys, config, LayersOfLargest) with
    {
        SlidingWindow = keys.Integer("attention.sliding_window") ?? 4096,
        AttentionSoftcap = keys.Positive("attn_logit_softcapping") ?? 50,
        LogitSoftcap = keys.Positive("final_logit_softcapping") ?? 30,
        LocalRopeTheta = keys.Positive("rope.freq_base_swa"),
    };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        GemmaBlocks.Write(json, config);
        JsonText.WriteNumber(json, "attn_logit_softcapping", config.AttentionSoftcap);
        JsonText.WriteNumber(json, "final_logit_softcapping", config.LogitSoftcap);
    }

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        GemmaBlocks.CheckGguf(config, LayersOfLargest);
        var keys = new GgufHyperparameters(writer, config);
        keys.Shape();
        keys.RopeBaseIfUnusual();
        keys.Norm();
        keys.HeadLength();
        keys.Set("attn_logit_softcapping", (float)config.AttentionSoftcap!.Value);
        keys.Set("final_logit_softcapping", (float)config.LogitSoftcap!.Value);
        GemmaBlocks.WriteWindow(keys, config);
    }
}
