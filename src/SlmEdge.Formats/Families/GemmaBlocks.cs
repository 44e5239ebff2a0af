using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>What Gemma 2 and 3 have in common.</summary>
internal static class GemmaBlocks
{
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    public static PartNames Names { get; } = PartNames.Llama.With(
        (DecoderPart.PostAttentionNorm, "post_attention_layernorm", "post_attention_norm"),
        (DecoderPart.FeedForwardNorm, "pre_feedforward_layernorm", "ffn_norm"),
        (DecoderPart.PostFeedForwardNorm, "post_feedforward_layernorm", "post_ffw_norm"));

    public static BlockDesign Design(DecoderConfig config) => new()
    {
        Norm = NormKind.RmsAroundZero,
        Activation = GateActivation.GeluTanh,
        PostNorms = true,
        EmbeddingScale = Math.Sqrt(config.HiddenSize),
    };

    public static DecoderConfig Read(JsonFields fields, DecoderConfig config)
    {
        IReadOnlyList<string> types = fields.StringList("layer_types");
        bool[] sliding = [.. types.Select(type => type is Sliding or Full ? type == Sliding : throw fields.Wrong("layer_types", $"names '{type}'; '{Full}' and '{Sliding}' are known"))];
        bool own = sliding.Length > 0 && !sliding.Select((slides, layer) => slides == config.Family.Slides(layer)).All(same => same);
        return config with
        {
            QueryPreAttnScalar = fields.Number("query_pre_attn_scalar") ?? 256,
            SlidingLayers = own || (sliding.Length > 0 && sliding.Length != config.NumHiddenLayers) ? sliding : null,
        };
    }

    /// <summary>The layers that slide, and the divisor of the scores, which is not in the file.</summary>
    public static DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config, int layersOfLargest) => config with
    {
        SlidingLayers = Slides(keys.Pattern("attention.sliding_window_pattern", config.NumHiddenLayers), config),
        QueryPreAttnScalar = ScoreDivisor(config, layersOfLargest),
    };

    public static void Check(JsonFields fields, DecoderConfig config)
    {
        if (config.QueryPreAttnScalar is not > 0)
        {
            throw fields.Wrong("query_pre_attn_scalar", "must be positive");
        }

        if (fields.Boolean("use_bidirectional_attention") == true)
        {
            throw fields.Wrong("use_bidirectional_attention", "only causal attention is implemented");
        }
    }

    public static void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("query_pre_attn_scalar", config.QueryPreAttnScalar ?? config.HeadDim);
        JsonText.WriteInteger(json, "sliding_window", config.SlidingWindow);
        json.WriteStartArray("layer_types");
        for (int layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            json.WriteStringValue(config.SlidingLayers?[layer] ?? config.Family.Slides(layer) ? Sliding : Full);
        }

        json.WriteEndArray();
    }

    /// <summary>
    /// The window, and the layers that keep to it where they are not those that llama.cpp expects of the family (it then reads the pattern, though its converter never writes it).
    /// </summary>
    public static void WriteWindow(GgufHyperparameters keys, DecoderConfig config)
    {
        keys.Set("attention.sliding_window", (uint)config.SlidingWindow!.Value);
        if (config.SlidingLayers is { } layers)
        {
            keys.Set("attention.sliding_window_pattern", [.. layers.Select(slides => slides ? 1u : 0u)]);
        }
    }

    /// <summary>llama.cpp does not take the divisor of the scores from the file: it is the width of a head, and in the largest model, known by its layers, the width of the stream over the heads.</summary>
    public static void CheckGguf(DecoderConfig config, int layersOfLargest)
    {
        int expected = ScoreDivisor(config, layersOfLargest);
        if (config.QueryPreAttnScalar is { } stated && stated != expected)
        {
            throw new ModelFormatException(
                $"is {stated}, but llama.cpp's graph divides the scores of such a model by the square root of {expected}; it can be exported to ONNX only", "config.json", "query_pre_attn_scalar");
        }
    }

    private static int ScoreDivisor(DecoderConfig config, int layersOfLargest) =>
        config.NumHiddenLayers == layersOfLargest ? config.HiddenSize / config.NumAttentionHeads : config.HeadDim;

    /// <summary>Null where the layers are those of the family, so that a model is the same whichever file says it.</summary>
    private static bool[]? Slides(bool[]? stated, DecoderConfig config) =>
        stated is null || stated.Select((slides, layer) => slides == config.Family.Slides(layer)).All(same => same) ? null : stated;
}
