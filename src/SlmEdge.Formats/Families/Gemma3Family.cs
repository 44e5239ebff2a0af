using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Gemma 3, the text models (Gemma Team 2025, arXiv 2503.19786): Gemma 2's blocks with norms of queries and keys in the place of bounded scores, five layers within a window to
/// one that sees everything, and rotary bases of their own for the two, of which only the second is stretched.
/// </summary>
internal sealed class Gemma3Family : ModelFamily
{
    private const int Pattern = 6;
    private const int LayersOfLargest = 62;

    public override string ModelType => "gemma3_text";

    public override string Architecture => "Gemma3ForCausalLM";

    public override string GgufArchitecture => "gemma3";

    public override bool SlidesWindow => true;

    public override double DefaultRopeTheta => 1_000_000;

    public override IReadOnlyList<string> RopeTypes => ["linear"];

    internal override string ActivationField => "hidden_activation";

    internal override PartNames Names => GemmaBlocks.Names;

    public override bool Slides(int layer) => (layer + 1) % Pattern != 0;

    public override BlockDesign Blocks(DecoderConfig config) => GemmaBlocks.Design(config) with { QueryKeyNorm = HeadNorm.Shared };

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config)
    {
        config = GemmaBlocks.Read(fields, config) with
        {
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings") ?? true,
            SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26) ?? 4096,
            LocalRopeTheta = config.LocalRopeTheta ?? 10000,
            LogitSoftcap = fields.Number("final_logit_softcapping"),
        };
        return config.SlidingLayers is null && fields.Integer("sliding_window_pattern", 1, 4096) is { } pattern and not Pattern
            ? config with { SlidingLayers = [.. Enumerable.Range(1, config.NumHiddenLayers).Select(layer => layer % pattern != 0)] }
            : config;
    }

    internal override void Check(JsonFields fields, DecoderConfig config)
    {
        GemmaBlocks.Check(fields, config);
        if (fields.Number("attn_logit_softcapping") is not null)
        {
            throw fields.Wrong("attn_logit_softcapping", "Gemma 3 has norms in its place; llama.cpp's graph does not bound scores");
        }

        if (config.LogitSoftcap <= 0)
        {
            throw fields.Wrong("final_logit_softcapping", "must be positive");
        }
    }

    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) =>
        (keys.Integer("attention.sliding_window") is { } window and > 0
            ? GemmaBlocks.ReadGguf(keys, config, LayersOfLargest) with { SlidingWindow = window, LocalRopeTheta = keys.Positive("rope.freq_base_swa") ?? 10000 }
            : GemmaBlocks.ReadGguf(keys, config, LayersOfLargest) with { SlidingLayers = null }) with
        {
            LogitSoftcap = keys.Number("final_logit_softcapping") is 0 ? null : keys.Positive("final_logit_softcapping"),
        };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        GemmaBlocks.Write(json, config);
        JsonText.WriteNumber(json, "final_logit_softcapping", config.LogitSoftcap);
    }

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        GemmaBlocks.CheckGguf(config, LayersOfLargest);
        base.WriteGguf(writer, config);
        var keys = new GgufHyperparameters(writer, config);
        if (config.LogitSoftcap is { } bound)
        {
            keys.Set("final_logit_softcapping", (float)bound);
        }

        GemmaBlocks.WriteWindow(keys, config);
    }
}
