using System.Text.Json;
using SlmEdge.Formats.Families;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// The rotary positions in <c>config.json</c>. Hugging Face has spelled them in two ways: <c>rope_theta</c>, <c>partial_rotary_factor</c>, <c>rope_local_base_freq</c> and
/// <c>rope_scaling</c> side by side, and all within <c>rope_parameters</c>, there also by kind of layer. Both are read; the first, which every tool knows, is written.
/// </summary>
internal static class RopeJson
{
    public static DecoderConfig Read(JsonFields fields, DecoderConfig config)
    {
        string name = fields.TryGet("rope_scaling", out _) ? "rope_scaling" : "rope_parameters";
        JsonFields? all = fields.Object(name);
        JsonFields? parameters = fields.Object("rope_parameters");
        JsonFields? rope = all?.Object("full_attention") ?? all;
        JsonFields? global = parameters?.Object("full_attention") ?? parameters;
        return config with
        {
            RopeTheta = fields.Number("rope_theta") ?? global?.Number("rope_theta") ?? config.Family.DefaultRopeTheta,
            LocalRopeTheta = fields.Number("rope_local_base_freq") ?? parameters?.Object("sliding_attention")?.Number("rope_theta"),
            PartialRotaryFactor = Factor(fields, fields.Number("partial_rotary_factor") ?? global?.Number("partial_rotary_factor") ?? 1),
            RopeScaling = rope is { } scaling ? ReadScaling(fields, name, scaling, config) : null,
        };
    }

    public static void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("rope_theta", config.RopeTheta);
        JsonText.WriteNumber(json, "rope_local_base_freq", config.LocalRopeTheta);
        if (config.PartialRotaryFactor != 1)
        {
            json.WriteNumber("partial_rotary_factor", config.PartialRotaryFactor);
        }

        if (config.RopeScaling is not { } scaling)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        scaling.Write(json, config);
        json.WriteEndObject();
    }

    private static double Factor(JsonFields fields, double factor) =>
        factor is > 0 and <= 1 ? factor : throw fields.Wrong("partial_rotary_factor", "must be above 0 and at most 1");

    private static RopeScaling? ReadScaling(JsonFields fields, string name, JsonFields rope, DecoderConfig config)
    {
        string? type = rope.String("rope_type") ?? rope.String("type");
        if (type is null && !rope.TryGet("factor", out _))
        {
            return null;
        }

        double Positive(string field) => rope.Number(field) is { } value and > 0 ? value : throw fields.Wrong(name, $"needs a positive {field}");
        int Original() => rope.Integer("original_max_position_embeddings", 1, 1 << 26) ?? fields.Integer("original_max_position_embeddings", 1, 1 << 26)
            ?? config.MaxPositionEmbeddings;
        return config.Family.RopeTypeOf(type) switch
        {
            "default" => null,
            "linear" => new LinearRopeScaling(Positive("factor")),
            "llama3" => ReadLlama3(),
            "yarn" => ReadYarn(),
            "longrope" => ReadLong(),
            _ => throw fields.Wrong(name, $"has rope_type '{type}'; 'default', 'linear', 'llama3', 'yarn' and 'longrope' are implemented"),
        };

        Llama3RopeScaling ReadLlama3()
        {
            var scaling = new Llama3RopeScaling(
                Positive("factor"), Positive("low_freq_factor"), Positive("high_freq_factor"), rope.RequiredInteger("original_max_position_embeddings", 1, 1 << 26));
            return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor ? scaling : throw fields.Wrong(name, "needs a high_freq_factor above its low_freq_factor");
        }

        YarnRopeScaling ReadYarn()
        {
            if (rope.Boolean("truncate") == false)
            {
                throw fields.Wrong(name, "has truncate false, which is not implemented");
            }

            int original = Original();
            double? Optional(string field) => rope.TryGet(field, out _) ? Positive(field) : null;
            return new YarnRopeScaling(Optional("factor") ?? (double)config.MaxPositionEmbeddings / original, original)
            {
                BetaFast = Optional("beta_fast"),
                BetaSlow = Optional("beta_slow"),
                AttentionFactor = Optional("attention_factor"),
                Mscale = rope.Number("mscale"),
                MscaleAllDim = rope.Number("mscale_all_dim"),
            };
        }

        LongRopeScaling ReadLong()
        {
            IReadOnlyList<double> Divisors(string field) => rope.NumberList(field) is { } list && list.All(f => f > 0) ? list : throw fields.Wrong(name, $"needs positive numbers in {field}");
            int original = Original();
            double stretch = rope.Number("factor") ?? ((double)config.MaxPositionEmbeddings / original);
            double attention = rope.TryGet("attention_factor", out _) ? Positive("attention_factor") : LongRopeScaling.DefaultAttentionFactor(stretch, original);
            return new LongRopeScaling(Divisors("short_factor"), Divisors("long_factor"), original, attention);
        }
    }
}
