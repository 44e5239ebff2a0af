using SlmEdge.Formats.Families;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>What a configuration must not contradict, and what no family of this version computes.</summary>
internal static class DecoderConfigCheck
{
    public static void Check(JsonFields fields, DecoderConfig config)
    {
        CheckShape(fields, config);
        CheckFamily(fields, config);
        CheckRope(fields, config);
        CheckToken(fields, "bos_token_id", config.BosTokenId, config.VocabSize);
        CheckToken(fields, "eos_token_id", config.EosTokenId, config.VocabSize);
    }

    private static void CheckShape(JsonFields fields, DecoderConfig config)
    {
        if (config.NumAttentionHeads % config.NumKeyValueHeads != 0)
        {
            throw fields.Wrong("num_key_value_heads", $"{config.NumKeyValueHeads} does not divide num_attention_heads {config.NumAttentionHeads}");
        }

        if (config.RotaryDim % 2 != 0 || config.RotaryDim < 2)
        {
            throw fields.Wrong(
                config.PartialRotaryFactor == 1 ? "head_dim" : "partial_rotary_factor", $"gives {config.RotaryDim} rotated elements; rotary positions need an even number");
        }

        if (config.NormEps <= 0)
        {
            throw fields.Wrong(config.Family.NormEpsilonField, "must be positive");
        }

        if (config.SlidingLayers is { } layers && layers.Count != config.NumHiddenLayers)
        {
            throw fields.Wrong("layer_types", $"lists {layers.Count} layers, num_hidden_layers says {config.NumHiddenLayers}");
        }
    }

    /// <summary>Whatever a field switches on must be something that the family's blocks have.</summary>
    private static void CheckFamily(JsonFields fields, DecoderConfig config)
    {
        ModelFamily family = config.Family;
        if (fields.Boolean("attention_bias") == true && !config.AttentionBias)
        {
            throw fields.Wrong("attention_bias", $"biases of the attention are not implemented for '{family.ModelType}'");
        }

        if (fields.Boolean("mlp_bias") == true && !config.FeedForwardBias)
        {
            throw fields.Wrong("mlp_bias", $"biases of the feed-forward layer are not implemented for '{family.ModelType}'");
        }

        string expected = DecoderConfigJson.ActivationName(config.Blocks.Activation);
        if (fields.String(family.ActivationField) is { } activation && activation != expected)
        {
            throw fields.Wrong(family.ActivationField, $"is '{activation}'; '{expected}' is implemented for '{family.ModelType}'");
        }

        if (family.TiedHead is { } tied && config.TieWordEmbeddings != tied)
        {
            throw fields.Wrong("tie_word_embeddings", $"must be {(tied ? "true" : "false")} for '{family.ModelType}', as llama.cpp's graph has it");
        }
    }

    private static void CheckRope(JsonFields fields, DecoderConfig config)
    {
        if (config.RopeTheta <= 0 || config.LocalRopeTheta <= 0)
        {
            throw fields.Wrong("rope_theta", "must be positive");
        }

        string name = fields.TryGet("rope_scaling", out _) ? "rope_scaling" : "rope_parameters";
        if (config.RopeScaling is { } scaling && !config.Family.RopeTypes.Contains(scaling.Type))
        {
            string known = string.Join(", ", config.Family.RopeTypes.Prepend("default").Select(type => $"'{type}'"));
            throw fields.Wrong(name, $"has rope_type '{scaling.Type}'; for '{config.ModelType}' {known} {(config.Family.RopeTypes.Count == 0 ? "is" : "are")} implemented");
        }

        if (config.RopeScaling is YarnRopeScaling yarn && !config.Family.FollowsYarnBounds && (yarn.BetaFast is not (null or 32) || yarn.BetaSlow is not (null or 1)))
        {
            throw fields.Wrong(name, $"has beta_fast {yarn.BetaFast} and beta_slow {yarn.BetaSlow}; llama.cpp's graph of '{config.ModelType}' takes 32 and 1");
        }

        if (config.RopeScaling is LongRopeScaling { } searched && (searched.ShortFactors.Count != config.RotaryDim / 2 || searched.LongFactors.Count != config.RotaryDim / 2))
        {
            throw fields.Wrong(name, $"needs {config.RotaryDim / 2} numbers in short_factor and long_factor, one for each pair of a head; it has {searched.ShortFactors.Count} and {searched.LongFactors.Count}");
        }
    }

    private static void CheckToken(JsonFields fields, string name, int? id, int vocabulary)
    {
        if (id >= vocabulary)
        {
            throw fields.Wrong(name, $"{id} is outside the vocabulary of {vocabulary}");
        }
    }
}
