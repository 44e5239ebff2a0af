using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Ministral 3, the text models: Mistral's blocks with YaRN positions, and queries that grow with the logarithm of how often the original context fits before them,
/// <c>1 + β · ln(1 + ⌊position / original⌋)</c>.
/// </summary>
internal sealed class MinistralFamily : ModelFamily
{
    public override string ModelType => "ministral3";

    public override string Architecture => "Ministral3ForCausalLM";

    public override string GgufArchitecture => "mistral3";

    public override bool InterleavesRotaryRows => true;

    public override IReadOnlyList<string> RopeTypes => ["yarn"];

    public override bool FollowsYarnBounds => true;

    public override double DefaultRopeTheta => 1_000_000;

    public override BlockDesign Blocks(DecoderConfig config) => new();

    internal override double YarnMagnitude(YarnRopeScaling scaling) =>
        scaling.MscaleAllDim is { } weight and not 0 ? scaling.MagnitudeOf(1) / scaling.MagnitudeOf(weight) : scaling.MagnitudeOf(1);

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => config with
    {
        SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26),
        QueryTemperature = fields.Object("rope_parameters")?.Number("llama_4_scaling_beta") ?? fields.Object("rope_scaling")?.Number("llama_4_scaling_beta"),
    };

    internal override void Check(JsonFields fields, DecoderConfig config)
    {
        if (config.RopeScaling is not YarnRopeScaling { MscaleAllDim: not null } || config.QueryTemperature is null)
        {
            throw fields.Wrong("rope_parameters", "needs rope_type 'yarn', mscale_all_dim and llama_4_scaling_beta, which llama.cpp's converter asks of this family");
        }
    }

    internal override DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) =>
        keys.Number("attention.temperature_scale") is { } temperature and not 0
            ? config.RopeScaling is YarnRopeScaling
                ? config with { QueryTemperature = temperature }
                : throw keys.Wrong("attention.temperature_scale", "queries grow beyond an original context, which only YaRN states")
            : config;

    internal override void Write(Utf8JsonWriter json, DecoderConfig config) => JsonText.WriteInteger(json, "sliding_window", config.SlidingWindow);

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        base.WriteGguf(writer, config);
        var keys = new GgufHyperparameters(writer, config);
        keys.Vocabulary();
        var yarn = (YarnRopeScaling)config.RopeScaling!;
        keys.Set("rope.scaling.yarn_log_multiplier", (float)yarn.MscaleAllDim!.Value);
        keys.Set("attention.temperature_scale", (float)config.QueryTemperature!.Value);
    }
}
