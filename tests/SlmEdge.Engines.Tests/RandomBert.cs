using System.Runtime.InteropServices;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.Tests;

/// <summary>A BERT with random weights and a small WordPiece vocabulary, as GGUF.</summary>
internal static class RandomBert
{
    internal const int Hidden = 32;
    internal const int Context = 24;
    internal const int Cls = 2;
    internal const int Sep = 3;
    private const int FeedForward = 64;
    private const int Layers = 2;

    // As llama.cpp keeps WordPiece: beginnings of words have the mark, continuations do not.
    private static readonly string[] Tokens =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2581the", "\u2581pump", "\u2581leaks", "\u2581oil", "\u2581at", "\u2581seal", "\u2581replaced", "\u2581filter", "\u2581engine", "\u2581start", "s", "ing", "ed",
        "\u2581.", "\u2581,",
    ];

    internal static void Write(string path, uint pooling = 2, string architecture = "bert")
    {
        var random = new Random(7);
        var writer = new GgufWriter();
        writer.Set("general.architecture", architecture);
        writer.Set($"{architecture}.context_length", (uint)Context);
        writer.Set($"{architecture}.embedding_length", (uint)Hidden);
        writer.Set($"{architecture}.block_count", (uint)Layers);
        writer.Set($"{architecture}.feed_forward_length", (uint)FeedForward);
        writer.Set($"{architecture}.attention.head_count", 4u);
        writer.Set($"{architecture}.attention.layer_norm_epsilon", 1e-12f);
        writer.Set($"{architecture}.attention.causal", false);
        writer.Set($"{architecture}.pooling_type", pooling);
        writer.Set("tokenizer.ggml.model", "bert");
        writer.Set("tokenizer.ggml.token_type_count", 2u);
        writer.Set("tokenizer.ggml.tokens", Tokens);
        writer.Set("tokenizer.ggml.token_type", Tokens.Select((_, id) => id < 5 ? 3 : 1).ToArray());
        writer.Set("tokenizer.ggml.padding_token_id", 0u);
        writer.Set("tokenizer.ggml.unknown_token_id", 1u);
        writer.Set("tokenizer.ggml.bos_token_id", (uint)Cls);
        writer.Set("tokenizer.ggml.cls_token_id", (uint)Cls);
        writer.Set("tokenizer.ggml.seperator_token_id", (uint)Sep); // As GGUF spells it.
        writer.Set("tokenizer.ggml.mask_token_id", 4u);
        Matrix("token_embd.weight", Hidden, Tokens.Length);
        Matrix("token_types.weight", Hidden, 2);
        Matrix("position_embd.weight", Hidden, Context);
        Norm("token_embd_norm");
        for (var layer = 0; layer < Layers; layer++)
        {
            Linear($"blk.{layer}.attn_q", Hidden, Hidden);
            Linear($"blk.{layer}.attn_k", Hidden, Hidden);
            Linear($"blk.{layer}.attn_v", Hidden, Hidden);
            Linear($"blk.{layer}.attn_output", Hidden, Hidden);
            Norm($"blk.{layer}.attn_output_norm");
            Linear($"blk.{layer}.ffn_up", Hidden, FeedForward);
            Linear($"blk.{layer}.ffn_down", FeedForward, Hidden);
            Norm($"blk.{layer}.layer_output_norm");
        }

        writer.Write(path);

        void Linear(string name, int inputs, int outputs)
        {
            Matrix(name + ".weight", inputs, outputs);
            Values(name + ".bias", 0, 0.1f, outputs);
        }

        void Matrix(string name, int inputs, int outputs) => Values(name, 0, 0.3f, inputs, outputs);

        void Norm(string name)
        {
            Values(name + ".weight", 1, 0.2f, Hidden);
            Values(name + ".bias", 0, 0.1f, Hidden);
        }

        void Values(string name, float middle, float spread, params long[] dimensions)
        {
            var values = new float[dimensions.Aggregate((a, b) => a * b)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = middle + (spread * ((2 * random.NextSingle()) - 1));
            }

            writer.AddTensor(name, GgmlType.F32, dimensions, stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
        }
    }
}
