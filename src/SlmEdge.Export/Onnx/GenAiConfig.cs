using System.Text.Json;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Export.Onnx;

/// <summary><c>genai_config.json</c>: the keys that ONNX Runtime GenAI's model builder writes for a decoder on the CPU.</summary>
internal static class GenAiConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, DecoderConfig config, GenerationConfig? generation)
    {
        int eos = generation?.EosTokenIds.Count > 0 ? generation.EosTokenIds[0] : config.EosTokenId ?? 0;
        object eosIds = generation?.EosTokenIds.Count > 1 ? generation.EosTokenIds : eos;
        var root = new
        {
            model = new
            {
                // The field must hold a token; a model that begins without one never uses it.
                bos_token_id = config.BosTokenId ?? eos,
                context_length = config.ContextLength,
                decoder = new
                {
                    session_options = new { log_id = "onnxruntime-genai", provider_options = Array.Empty<object>() },
                    filename = OnnxFileNames.Model,
                    head_size = config.HeadDim,
                    hidden_size = config.HiddenSize,
                    inputs = new
                    {
                        input_ids = OnnxTensorNames.InputIds,
                        attention_mask = OnnxTensorNames.AttentionMask,
                        past_key_names = "past_key_values.%d.key",
                        past_value_names = "past_key_values.%d.value",
                    },
                    outputs = new
                    {
                        logits = OnnxTensorNames.Logits,
                        present_key_names = "present.%d.key",
                        present_value_names = "present.%d.value",
                    },
                    num_attention_heads = config.NumAttentionHeads,
                    num_hidden_layers = config.NumHiddenLayers,
                    num_key_value_heads = config.NumKeyValueHeads,
                },
                eos_token_id = eosIds,
                pad_token_id = generation?.PadTokenId ?? eos,
                type = config.ModelType,
                vocab_size = config.VocabSize,
            },
            search = new
            {
                diversity_penalty = 0.0,
                do_sample = generation?.DoSample ?? false,
                early_stopping = true,
                length_penalty = 1.0,
                max_length = config.ContextLength,
                min_length = 0,
                no_repeat_ngram_size = 0,
                num_beams = 1,
                num_return_sequences = 1,

                // Our graph's key/value outputs grow; a shared buffer of full length would be read beyond the past.
                past_present_share_buffer = false,
                repetition_penalty = 1.0,
                temperature = generation?.Temperature ?? 1.0,
                top_k = generation?.TopK ?? 50,
                top_p = generation?.TopP ?? 1.0,
            },
        };
        AtomicFile.WriteText(path, JsonSerializer.Serialize(root, Indented) + "\n");
    }
}
