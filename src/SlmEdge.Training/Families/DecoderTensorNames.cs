using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Training.Families;

/// <summary>The tensors of a checkpoint in the Llama layout as Hugging Face names them, and the shape that the configuration gives each.</summary>
public static class DecoderTensorNames
{
    /// <summary>Token embedding.</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>Norm before the head.</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Output matrix of an untied model.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Norm before attention, below a layer's prefix.</summary>
    public const string InputNorm = "input_layernorm.weight";

    /// <summary>Norm before the feed-forward block, below a layer's prefix.</summary>
    public const string PostAttentionNorm = "post_attention_layernorm.weight";

    /// <summary>Norm of each head of the queries, in families that have one, below a layer's prefix.</summary>
    public const string QueryNorm = "self_attn.q_norm.weight";

    /// <summary>Norm of each head of the keys, below a layer's prefix.</summary>
    public const string KeyNorm = "self_attn.k_norm.weight";

    /// <summary>The prefix of a layer's tensors, with the closing dot.</summary>
    /// <param name="index">Layer number, from 0.</param>
    public static string Layer(int index) => $"model.layers.{index}.";

    /// <summary>Every tensor name, in file order.</summary>
    /// <param name="config">The model's shape.</param>
    public static IEnumerable<string> All(DecoderConfig config) => Shapes(config).Select(s => s.Name);

    /// <summary>Every tensor with its shape, in file order.</summary>
    /// <param name="config">The model's shape.</param>
    public static IEnumerable<(string Name, long[] Shape)> Shapes(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        long hidden = config.HiddenSize;
        long queries = (long)config.NumAttentionHeads * config.HeadDim;
        long keys = (long)config.NumKeyValueHeads * config.HeadDim;
        long inner = config.IntermediateSize;
        yield return (Embedding, [config.VocabSize, hidden]);
        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            var layer = Layer(i);
            yield return (layer + InputNorm, [hidden]);
            yield return (layer + "self_attn.q_proj.weight", [queries, hidden]);
            yield return (layer + "self_attn.k_proj.weight", [keys, hidden]);
            yield return (layer + "self_attn.v_proj.weight", [keys, hidden]);
            if (config.Family.QueryKeyValueBias)
            {
                yield return (layer + "self_attn.q_proj.bias", [queries]);
                yield return (layer + "self_attn.k_proj.bias", [keys]);
                yield return (layer + "self_attn.v_proj.bias", [keys]);
            }

            if (config.Family.QueryKeyNorm)
            {
                yield return (layer + QueryNorm, [config.HeadDim]);
                yield return (layer + KeyNorm, [config.HeadDim]);
            }

            yield return (layer + "self_attn.o_proj.weight", [hidden, queries]);
            yield return (layer + PostAttentionNorm, [hidden]);
            yield return (layer + "mlp.gate_proj.weight", [inner, hidden]);
            yield return (layer + "mlp.up_proj.weight", [inner, hidden]);
            yield return (layer + "mlp.down_proj.weight", [hidden, inner]);
        }

        yield return (FinalNorm, [hidden]);
        if (!config.TieWordEmbeddings)
        {
            yield return (Head, [config.VocabSize, hidden]);
        }
    }
}
