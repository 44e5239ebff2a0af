using SlmEdge.Engines.Memory;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>Computes what a GGUF model takes before it is loaded.</summary>
public static class LlamaMemory
{
    // llama.cpp's cells come in multiples of this.
    private const int CellGroup = 256;

    /// <summary>Computes it from the file's header.</summary>
    /// <param name="ggufPath">The model.</param>
    /// <param name="options">How it will be opened.</param>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged.</exception>
    public static MemoryEstimate Estimate(string ggufPath, LlamaCppOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        VerifiedGguf.Check(ggufPath);
        using var file = GgufFile.Open(ggufPath);
        var architecture = file.Metadata.TryGetValue("general.architecture", out var name) ? name.AsString() : "llama";
        var layers = Number("block_count", 1);
        var embedding = Number("embedding_length", 1);
        var heads = Math.Max(1, Number("attention.head_count", 1));
        var keyValueHeads = Number("attention.head_count_kv", heads);
        var head = embedding / heads;
        var width = keyValueHeads * (Number("attention.key_length", head) + Number("attention.value_length", head));
        var feedForward = Number("feed_forward_length", 4 * embedding);
        var trained = Number("context_length", LlamaCppEngine.DefaultContextLimit);
        var context = options.ContextLength > 0 ? options.ContextLength : Math.Min(trained, LlamaCppEngine.DefaultContextLimit);
        var cells = (((options.FullSequences * context) + (2L * options.BatchTokens) + CellGroup - 1) / CellGroup) * CellGroup;
        var vocabulary = file.Tensors.FirstOrDefault(tensor => tensor.Name == "token_embd.weight")?.Dimensions[^1] ?? 1;
        var outputs = Math.Clamp(LlamaCppEngine.MaxLogits / vocabulary, 1, options.BatchTokens);

        // The logits stand in the graph and, copied, in the context; the mask of an evaluation has a number for each token and cell.
        var workspace = (2 * outputs * vocabulary * sizeof(float))
            + (options.BatchTokens * ((4 * feedForward) + (12 * embedding)) * sizeof(float))
            + (options.BatchTokens * cells * (sizeof(float) + sizeof(short)));
        return new MemoryEstimate(
            file.Tensors.Sum(tensor => tensor.ByteLength),
            layers * width * cells * (options.HalfPrecisionCache ? sizeof(short) : sizeof(float)),
            workspace);

        // Where a family has a number for each layer the model's own is taken for all: an estimate.
        long Number(string key, long otherwise) =>
            file.Metadata.TryGetValue($"{architecture}.{key}", out var value) && value.Type != GgufValueType.Array ? value.AsInt64() : otherwise;
    }
}
