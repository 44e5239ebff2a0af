using SlmEdge.Engines.Memory;

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
    public static MemoryEstimate Estimate(string ggufPath, LlamaCppOptions options) => Estimate(VerifiedGguf.Check(ggufPath), options);

    /// <summary>Computes it from a header that was checked.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it will be opened.</param>
    public static MemoryEstimate Estimate(VerifiedGguf model, LlamaCppOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var layers = Number("block_count", 1);
        var embedding = Number("embedding_length", 1);
        var heads = Math.Max(1, Number("attention.head_count", 1));
        var keyValueHeads = Number("attention.head_count_kv", heads);
        var head = embedding / heads;
        var width = keyValueHeads * (Number("attention.key_length", head) + Number("attention.value_length", head));
        var feedForward = Number("feed_forward_length", 4 * embedding);
        var trained = Number("context_length", LlamaOpening.DefaultContextLimit);
        var context = options.ContextLength > 0 ? options.ContextLength : Math.Min(trained, LlamaOpening.DefaultContextLimit);
        var cells = (((options.FullSequences * context) + (2L * options.BatchTokens) + CellGroup - 1) / CellGroup) * CellGroup;
        var passTokens = options.TokensAtOnce(Number("attention.sliding_window", 0), context);
        var outputs = Math.Clamp(LlamaCppEngine.MaxLogits / model.VocabularyRows, 1, passTokens);

        // The logits stand in the graph and, copied, in the context; the mask of an evaluation has a number for each token and cell.
        var workspace = (2 * outputs * model.VocabularyRows * sizeof(float))
            + (passTokens * ((4 * feedForward) + (12 * embedding)) * sizeof(float))
            + (passTokens * cells * (sizeof(float) + sizeof(short)));
        return new MemoryEstimate(
            model.WeightBytes,
            layers * width * cells * (options.HalfPrecisionCache ? sizeof(short) : sizeof(float)),
            workspace);

        // Where a family has a number for each layer the model's own is taken for all: an estimate.
        long Number(string key, long otherwise) => model.Number(key) ?? otherwise;
    }
}
