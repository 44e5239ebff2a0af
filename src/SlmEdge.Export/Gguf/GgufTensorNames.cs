namespace SlmEdge.Export.Gguf;

/// <summary>
/// llama.cpp's names for the tensors of the families in the Llama layout (gguf-py, <c>constants.py</c> TENSOR_NAMES and <c>tensor_mapping.py</c>, llama.cpp v0.5.0).
/// </summary>
public static class GgufTensorNames
{
    private const string LayerPrefix = "model.layers.";

    /// <summary>The GGUF name of a Hugging Face tensor name.</summary>
    /// <param name="name">For example <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
    /// <returns>For example <c>blk.0.attn_q.weight</c>.</returns>
    /// <exception cref="ExportException">No family has such a tensor.</exception>
    public static string FromHuggingFace(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string? mapped = name switch
        {
            "model.embed_tokens.weight" => "token_embd.weight",
            "model.norm.weight" => "output_norm.weight",
            "lm_head.weight" => "output.weight",
            _ => Layer(name),
        };
        return mapped ?? throw new ExportException($"GGUF has no name for the tensor '{name}'.");
    }

    private static string? Layer(string name)
    {
        int dot = name.StartsWith(LayerPrefix, StringComparison.Ordinal) ? name.IndexOf('.', LayerPrefix.Length) : -1;
        if (dot < 0)
        {
            return null;
        }

        int suffix = name.LastIndexOf('.');
        string? part = name[(dot + 1)..] switch
        {
            "input_layernorm.weight" => "attn_norm",
            "self_attn.q_proj.bias" => "attn_q",
            "self_attn.k_proj.bias" => "attn_k",
            "self_attn.v_proj.bias" => "attn_v",
            "self_attn.q_norm.weight" => "attn_q_norm",
            "self_attn.k_norm.weight" => "attn_k_norm",
            "self_attn.q_proj.weight" => "attn_q",
            "self_attn.k_proj.weight" => "attn_k",
            "self_attn.v_proj.weight" => "attn_v",
            "self_attn.o_proj.weight" => "attn_output",
            "post_attention_layernorm.weight" => "ffn_norm",
            "mlp.gate_proj.weight" => "ffn_gate",
            "mlp.up_proj.weight" => "ffn_up",
            "mlp.down_proj.weight" => "ffn_down",
            _ => null,
        };
        return part is null ? null : $"blk.{name[LayerPrefix.Length..dot]}.{part}{name[suffix..]}";
    }
}
