using System.Collections.Frozen;

namespace SlmEdge.Formats.Families;

/// <summary>
/// The names of a family's parts in Hugging Face's layout and in GGUF (gguf-py, <c>constants.py</c> TENSOR_NAMES and <c>tensor_mapping.py</c>, llama.cpp v0.5.0), without
/// the block's prefix and without <c>.weight</c>. This is the only place where the two meet; both directions follow from it.
/// </summary>
internal sealed class PartNames
{
    private readonly FrozenDictionary<DecoderPart, (string HuggingFace, string Gguf)> _rows;

    private PartNames(IEnumerable<KeyValuePair<DecoderPart, (string, string)>> rows) => _rows = rows.ToFrozenDictionary();

    /// <summary>The names of the Llama layout, which most families share.</summary>
    public static PartNames Llama { get; } = new(new Dictionary<DecoderPart, (string, string)>
    {
        [DecoderPart.Embedding] = ("model.embed_tokens", "token_embd"),
        [DecoderPart.FinalNorm] = ("model.norm", "output_norm"),
        [DecoderPart.Head] = ("lm_head", "output"),
        [DecoderPart.InputNorm] = ("input_layernorm", "attn_norm"),
        [DecoderPart.Query] = ("self_attn.q_proj", "attn_q"),
        [DecoderPart.Key] = ("self_attn.k_proj", "attn_k"),
        [DecoderPart.Value] = ("self_attn.v_proj", "attn_v"),
        [DecoderPart.QueryNorm] = ("self_attn.q_norm", "attn_q_norm"),
        [DecoderPart.KeyNorm] = ("self_attn.k_norm", "attn_k_norm"),
        [DecoderPart.AttentionOutput] = ("self_attn.o_proj", "attn_output"),
        [DecoderPart.FeedForwardNorm] = ("post_attention_layernorm", "ffn_norm"),
        [DecoderPart.Gate] = ("mlp.gate_proj", "ffn_gate"),
        [DecoderPart.Up] = ("mlp.up_proj", "ffn_up"),
        [DecoderPart.Down] = ("mlp.down_proj", "ffn_down"),
    });

    public (string HuggingFace, string Gguf) this[DecoderPart part] => _rows[part];

    /// <summary>These names with others for some parts.</summary>
    public PartNames With(params ReadOnlySpan<(DecoderPart Part, string HuggingFace, string Gguf)> rows)
    {
        var all = new Dictionary<DecoderPart, (string, string)>(_rows);
        foreach (var (part, huggingFace, gguf) in rows)
        {
            all[part] = (huggingFace, gguf);
        }

        return new PartNames(all);
    }
}
