using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Families;
using SlmEdge.Training.Inference;

namespace SlmEdge.Training.Tests.Families;

public sealed class LlamaAgreementTests
{
    [SkippableFact]
    public void A_trained_model_of_other_makers_gives_libllamas_logits_and_continuation()
    {
        var source = SharedData.Require(Path.Combine("data", "models", "stories260K.gguf"));
        using var place = new TemporaryDirectory();
        var directory = ToHuggingFace(source, System.IO.Directory.CreateDirectory(place.At("stories")).FullName);
        using var torch = TorchEngine.Open(directory);
        using var llama = LlamaCppEngine.Open(source, new LlamaCppOptions { ContextLength = 128 });
        int[] tokens = [1, 403, 407, 261, 378, 31, 266, 299, 10, 77, 290, 450, 500, 64];

        var expected = llama.EvaluateLogits(tokens);
        var actual = torch.EvaluateLogits(tokens);
        var spread = expected.Max() - expected.Min();
        expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-3f * spread);
        torch.GenerateGreedy(tokens, 24).ShouldBe(llama.GenerateGreedy(tokens, 24));
    }

    /// <summary>Undoes what the GGUF converter did: names, and the order of the query and key rows.</summary>
    private static string ToHuggingFace(string gguf, string directory)
    {
        using var file = GgufFile.Open(gguf);
        uint Number(string key) => (uint)file.Metadata["llama." + key].AsInt64();
        var config = new DecoderConfig
        {
            VocabSize = (int)file.Tensors.Single(t => t.Name == "token_embd.weight").Dimensions[1],
            HiddenSize = (int)Number("embedding_length"),
            IntermediateSize = (int)Number("feed_forward_length"),
            NumHiddenLayers = (int)Number("block_count"),
            NumAttentionHeads = (int)Number("attention.head_count"),
            NumKeyValueHeads = (int)Number("attention.head_count_kv"),
            HeadDim = (int)(Number("embedding_length") / Number("attention.head_count")),
            MaxPositionEmbeddings = (int)Number("context_length"),
            NormEps = file.Metadata["llama.attention.layer_norm_rms_epsilon"].AsDouble(),
            RopeTheta = 10_000,
            TieWordEmbeddings = file.Tensors.All(t => t.Name != "output.weight"),
            EosTokenId = 2,
        };
        config.Save(directory);
        var entries = DecoderTensorNames.Shapes(config).Select(t =>
        {
            var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.GetBytes(GgufName(t.Name))).ToArray();
            var heads = t.Name.Contains("q_proj", StringComparison.Ordinal) ? config.NumAttentionHeads : t.Name.Contains("k_proj", StringComparison.Ordinal) ? config.NumKeyValueHeads : 0;
            return SafetensorsEntry.FromFloat32(t.Name, t.Shape, SafetensorsType.F32, heads == 0 ? values : HalfSplit(values, heads, t.Shape));
        }).ToArray();
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), entries);
        return directory;
    }

    private static string GgufName(string name) => name
        .Replace("model.embed_tokens", "token_embd", StringComparison.Ordinal)
        .Replace("model.norm", "output_norm", StringComparison.Ordinal)
        .Replace("lm_head", "output", StringComparison.Ordinal)
        .Replace("model.layers.", "blk.", StringComparison.Ordinal)
        .Replace("input_layernorm", "attn_norm", StringComparison.Ordinal)
        .Replace("post_attention_layernorm", "ffn_norm", StringComparison.Ordinal)
        .Replace("self_attn.q_proj", "attn_q", StringComparison.Ordinal)
        .Replace("self_attn.k_proj", "attn_k", StringComparison.Ordinal)
        .Replace("self_attn.v_proj", "attn_v", StringComparison.Ordinal)
        .Replace("self_attn.o_proj", "attn_output", StringComparison.Ordinal)
        .Replace("mlp.gate_proj", "ffn_gate", StringComparison.Ordinal)
        .Replace("mlp.up_proj", "ffn_up", StringComparison.Ordinal)
        .Replace("mlp.down_proj", "ffn_down", StringComparison.Ordinal);

    /// <summary>Interleaved pairs (2i, 2i+1) of each head, as GGUF stores them, to halves (i, i + headDim/2).</summary>
    private static float[] HalfSplit(float[] values, int heads, long[] shape)
    {
        var (rows, columns) = ((int)shape[0], (int)shape[1]);
        var dim = rows / heads;
        var result = new float[values.Length];
        for (var row = 0; row < rows; row++)
        {
            var (head, within) = (row / dim, row % dim);
            var target = (head * dim) + (within % 2 * (dim / 2)) + (within / 2);
            values.AsSpan(row * columns, columns).CopyTo(result.AsSpan(target * columns));
        }

        return result;
    }
}
