using System.Runtime.InteropServices;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Engines.Tests;

/// <summary>
/// A Llama with random weights, written as GGUF and as ONNX by two small writers that share nothing but the weights, so
/// that the engines check each other. Rotary positions are interleaved in both, as llama.cpp keeps the Llama family's.
/// </summary>
internal sealed class RandomLlama
{
    internal const int Hidden = 64;
    internal const int Heads = 4;
    internal const int KeyValueHeads = 2;
    internal const int HeadSize = 16;
    internal const int FeedForward = 128;
    internal const int Layers = 2;
    internal const int Context = 256;
    internal const float Epsilon = 1e-5f;

    private const string SampleText =
        "the pump leaks oil at the seal; replaced the filter and cleaned the hose. brake worn, new pads fitted. engine does not start, battery flat, charged it. ";

    private readonly Dictionary<string, float[]> weights = [];
    private readonly Random random;

    internal RandomLlama(int seed)
    {
        random = new Random(seed);
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 320, MinFrequency = 1 });
        for (var i = 0; i < 20; i++)
        {
            trainer.Add(SampleText);
        }

        Tokenizer = trainer.Train();
        Vocabulary = Tokenizer.Vocabulary.Count;
        Add("embedding", Vocabulary * Hidden, 1f);
        for (var layer = 0; layer < Layers; layer++)
        {
            AddNorm($"{layer}.attention_norm");
            Add($"{layer}.q", Hidden * Heads * HeadSize, 0.15f);
            Add($"{layer}.k", Hidden * KeyValueHeads * HeadSize, 0.15f);
            Add($"{layer}.v", Hidden * KeyValueHeads * HeadSize, 0.15f);
            Add($"{layer}.o", Hidden * Heads * HeadSize, 0.15f);
            AddNorm($"{layer}.feed_forward_norm");
            Add($"{layer}.gate", Hidden * FeedForward, 0.15f);
            Add($"{layer}.up", Hidden * FeedForward, 0.15f);
            Add($"{layer}.down", Hidden * FeedForward, 0.15f);
        }

        AddNorm("norm");
        Add("head", Vocabulary * Hidden, 0.3f);
    }

    internal TokenizerJson Tokenizer { get; }

    internal int Vocabulary { get; }

    /// <summary>The template of conversations in <c>&lt;|im_start|&gt;</c> and <c>&lt;|im_end|&gt;</c>, or null for a model without one.</summary>
    internal string? ChatTemplate { get; init; }

    private TokenizerConfig? Config => ChatTemplate is null ? null : new TokenizerConfig { EosToken = "<|im_end|>", ChatTemplate = ChatTemplate };

    internal void WriteGguf(string path)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("llama.context_length", (uint)Context);
        writer.Set("llama.embedding_length", (uint)Hidden);
        writer.Set("llama.block_count", (uint)Layers);
        writer.Set("llama.feed_forward_length", (uint)FeedForward);
        writer.Set("llama.attention.head_count", (uint)Heads);
        writer.Set("llama.attention.head_count_kv", (uint)KeyValueHeads);
        writer.Set("llama.attention.layer_norm_rms_epsilon", Epsilon);
        writer.Set("llama.rope.freq_base", 10000f);
        writer.Set("llama.rope.dimension_count", (uint)HeadSize);
        GgufVocabulary.Apply(writer, Tokenizer, Config);
        Tensor("token_embd.weight", "embedding", Hidden, Vocabulary);
        for (var layer = 0; layer < Layers; layer++)
        {
            Tensor($"blk.{layer}.attn_norm.weight", $"{layer}.attention_norm", Hidden);
            Tensor($"blk.{layer}.attn_q.weight", $"{layer}.q", Hidden, Heads * HeadSize);
            Tensor($"blk.{layer}.attn_k.weight", $"{layer}.k", Hidden, KeyValueHeads * HeadSize);
            Tensor($"blk.{layer}.attn_v.weight", $"{layer}.v", Hidden, KeyValueHeads * HeadSize);
            Tensor($"blk.{layer}.attn_output.weight", $"{layer}.o", Heads * HeadSize, Hidden);
            Tensor($"blk.{layer}.ffn_norm.weight", $"{layer}.feed_forward_norm", Hidden);
            Tensor($"blk.{layer}.ffn_gate.weight", $"{layer}.gate", Hidden, FeedForward);
            Tensor($"blk.{layer}.ffn_up.weight", $"{layer}.up", Hidden, FeedForward);
            Tensor($"blk.{layer}.ffn_down.weight", $"{layer}.down", FeedForward, Hidden);
        }

        Tensor("output_norm.weight", "norm", Hidden);
        Tensor("output.weight", "head", Hidden, Vocabulary);
        writer.Write(path);

        void Tensor(string name, string weight, params long[] dimensions) =>
            writer.AddTensor(name, GgmlType.F32, dimensions, stream => stream.Write(MemoryMarshal.AsBytes(weights[weight].AsSpan())));
    }

    /// <summary>
    /// Writes a LoRA adapter on every query projection and, merged into a copy of this model, what it stands for.
    /// </summary>
    internal RandomLlama WriteAdapter(string path, int rank, float alpha, Action<GgufWriter>? more = null)
    {
        var merged = new RandomLlama(0) { ChatTemplate = ChatTemplate };
        foreach (var (name, values) in weights)
        {
            merged.weights[name] = [.. values];
        }

        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", alpha);
        more?.Invoke(writer);
        for (var layer = 0; layer < Layers; layer++)
        {
            // A is [rank, input], B is [output, rank]; ggml writes dimensions fastest first.
            var a = Values(rank * Hidden, 0.2f);
            var b = Values(Heads * HeadSize * rank, 0.2f);
            writer.AddTensor($"blk.{layer}.attn_q.weight.lora_a", GgmlType.F32, [Hidden, rank], stream => stream.Write(MemoryMarshal.AsBytes(a.AsSpan())));
            writer.AddTensor($"blk.{layer}.attn_q.weight.lora_b", GgmlType.F32, [rank, Heads * HeadSize], stream => stream.Write(MemoryMarshal.AsBytes(b.AsSpan())));
            var target = merged.weights[$"{layer}.q"];
            for (var output = 0; output < Heads * HeadSize; output++)
            {
                for (var input = 0; input < Hidden; input++)
                {
                    for (var r = 0; r < rank; r++)
                    {
                        target[(output * Hidden) + input] += alpha / rank * b[(output * rank) + r] * a[(r * Hidden) + input];
                    }
                }
            }
        }

        writer.Write(path);
        return merged;
    }

    /// <summary>Writes model.onnx, its data, genai_config.json and tokenizer.gguf.</summary>
    internal void WriteOnnx(string directory)
    {
        const string microsoft = OnnxGraphBuilder.MicrosoftDomain;
        var graph = new OnnxGraphBuilder("decoder");
        graph.SetOpset("", 17);
        graph.SetOpset(microsoft, 1);
        graph.AddInput("input_ids", OnnxDataType.Int64, "batch", "sequence");
        graph.AddInput("attention_mask", OnnxDataType.Int64, "batch", "total");
        for (var layer = 0; layer < Layers; layer++)
        {
            graph.AddInput($"past_key_values.{layer}.key", OnnxDataType.Float, "batch", KeyValueHeads, "past", HeadSize);
            graph.AddInput($"past_key_values.{layer}.value", OnnxDataType.Float, "batch", KeyValueHeads, "past", HeadSize);
        }

        // seqlens_k: tokens of each row so far, less one; total_sequence_length: of the longest row.
        graph.AddInitializer("one", [1], new long[] { 1 });
        graph.AddInitializer("index_one", [], new long[] { 1 });
        graph.AddNode("ReduceSum", ["attention_mask", "one"], ["row_lengths"], attributes: [OnnxAttribute.Int("keepdims", 0)]);
        graph.AddNode("Sub", ["row_lengths", "one"], ["row_ends"]);
        graph.AddNode("Cast", ["row_ends"], ["seqlens_k"], attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Int32)]);
        graph.AddNode("Shape", ["attention_mask"], ["mask_shape"]);
        graph.AddNode("Gather", ["mask_shape", "index_one"], ["total_long"]);
        graph.AddNode("Cast", ["total_long"], ["total_length"], attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Int32)]);
        var (cosines, sines) = RotaryCaches();
        graph.AddInitializer("cos_cache", [Context, HeadSize / 2], cosines);
        graph.AddInitializer("sin_cache", [Context, HeadSize / 2], sines);
        graph.AddInitializer("embedding", [Vocabulary, Hidden], weights["embedding"]);
        var residual = graph.AddNode("Gather", ["embedding", "input_ids"], ["embedded"]);
        for (var layer = 0; layer < Layers; layer++)
        {
            var normed = Norm(residual, $"{layer}.attention_norm");
            var q = Linear(normed, $"{layer}.q", Hidden, Heads * HeadSize);
            var k = Linear(normed, $"{layer}.k", Hidden, KeyValueHeads * HeadSize);
            var v = Linear(normed, $"{layer}.v", Hidden, KeyValueHeads * HeadSize);
            var attended = graph.AddNode(
                "GroupQueryAttention",
                [q, k, v, $"past_key_values.{layer}.key", $"past_key_values.{layer}.value", "seqlens_k", "total_length", "cos_cache", "sin_cache"],
                [$"{layer}.attended", $"present.{layer}.key", $"present.{layer}.value"],
                microsoft,
                attributes:
                [
                    OnnxAttribute.Int("num_heads", Heads),
                    OnnxAttribute.Int("kv_num_heads", KeyValueHeads),
                    OnnxAttribute.Int("do_rotary", 1),
                    OnnxAttribute.Int("rotary_interleaved", 1),
                ]);
            residual = graph.AddNode("Add", [residual, Linear(attended, $"{layer}.o", Heads * HeadSize, Hidden)], [$"{layer}.residual"]);
            normed = Norm(residual, $"{layer}.feed_forward_norm");
            var gate = Linear(normed, $"{layer}.gate", Hidden, FeedForward);
            graph.AddNode("Sigmoid", [gate], [$"{layer}.sigmoid"]);
            graph.AddNode("Mul", [gate, $"{layer}.sigmoid"], [$"{layer}.silu"]);
            graph.AddNode("Mul", [$"{layer}.silu", Linear(normed, $"{layer}.up", Hidden, FeedForward)], [$"{layer}.gated"]);
            residual = graph.AddNode("Add", [residual, Linear($"{layer}.gated", $"{layer}.down", FeedForward, Hidden)], [$"{layer}.output"]);
        }

        Linear(Norm(residual, "norm"), "head", Hidden, Vocabulary, "logits");
        graph.AddOutput("logits", OnnxDataType.Float, "batch", "sequence", Vocabulary);
        for (var layer = 0; layer < Layers; layer++)
        {
            graph.AddOutput($"present.{layer}.key", OnnxDataType.Float, "batch", KeyValueHeads, "total", HeadSize);
            graph.AddOutput($"present.{layer}.value", OnnxDataType.Float, "batch", KeyValueHeads, "total", HeadSize);
        }

        OnnxModelWriter.Write(graph, Path.Combine(directory, "model.onnx"), "model.onnx.data");
        GgufVocabulary.WriteVocabularyOnly(Path.Combine(directory, "tokenizer.gguf"), Tokenizer, Config);
        File.WriteAllText(Path.Combine(directory, "genai_config.json"), $$"""
            {
              "model": {
                "type": "llama", "context_length": {{Context}}, "vocab_size": {{Vocabulary}}, "bos_token_id": 0, "eos_token_id": [{{Vocabulary - 1}}],
                "decoder": {
                  "filename": "model.onnx", "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "num_key_value_heads": {{KeyValueHeads}}, "head_size": {{HeadSize}}, "hidden_size": {{Hidden}},
                  "inputs": { "input_ids": "input_ids", "attention_mask": "attention_mask", "past_key_names": "past_key_values.%d.key", "past_value_names": "past_key_values.%d.value" },
                  "outputs": { "logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value" }
                }
              }
            }
            """);

        string Norm(string input, string weight)
        {
            graph.AddInitializer(weight, [Hidden], weights[weight]);
            return graph.AddNode(
                "SimplifiedLayerNormalization", [input, weight], [$"{weight}.output"], attributes: [OnnxAttribute.Float("epsilon", Epsilon), OnnxAttribute.Int("axis", -1)]);
        }

        string Linear(string input, string weight, int inputs, int outputs, string? output = null)
        {
            graph.AddInitializer(weight, [inputs, outputs], Transpose(weights[weight], outputs, inputs));
            return graph.AddNode("MatMul", [input, weight], [output ?? $"{weight}.output"]);
        }
    }

    private static (float[] Cosines, float[] Sines) RotaryCaches()
    {
        var cosines = new float[Context * HeadSize / 2];
        var sines = new float[cosines.Length];
        for (var position = 0; position < Context; position++)
        {
            for (var pair = 0; pair < HeadSize / 2; pair++)
            {
                var angle = position * Math.Pow(10000, -2.0 * pair / HeadSize);
                cosines[(position * HeadSize / 2) + pair] = (float)Math.Cos(angle);
                sines[(position * HeadSize / 2) + pair] = (float)Math.Sin(angle);
            }
        }

        return (cosines, sines);
    }

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                result[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return result;
    }

    private void Add(string name, int count, float scale) => weights[name] = Values(count, scale);

    private void AddNorm(string name) => weights[name] = [.. Values(Hidden, 0.2f).Select(value => 1f + value)];

    private float[] Values(int count, float scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() * 2) - 1) * scale;
        }

        return values;
    }
}
