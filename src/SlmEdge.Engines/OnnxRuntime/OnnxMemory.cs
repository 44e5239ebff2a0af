using SlmEdge.Engines.Memory;
using SlmEdge.Engines.OnnxRuntime.Sequences;

namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>Computes what an ONNX folder takes before it is loaded.</summary>
public static class OnnxMemory
{
    /// <summary>Computes it from the folder's files.</summary>
    /// <param name="modelDirectory">The folder.</param>
    /// <param name="options">How it will be opened.</param>
    public static MemoryEstimate Estimate(string modelDirectory, OnnxEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var config = GenAiConfig.Load(modelDirectory);
        var context = options.ContextLength > 0 ? options.ContextLength : Math.Min(config.ContextLength, OnnxEngine.DefaultContextLimit);
        var decoder = Path.Combine(modelDirectory, config.DecoderFile);
        var weights = new[] { decoder, decoder + ".data" }.Where(File.Exists).Sum(path => new FileInfo(path).Length);
        var cell = 2L * config.Layers * config.KeyValueHeads * config.HeadSize * sizeof(float);
        var tokens = OnnxSequences.TokensOfARun(config.VocabularySize, options.BatchTokens);

        // ONNX Runtime packs weights anew for its kernels and keeps what it has read.
        return new MemoryEstimate(
            2 * weights,
            OnnxSequences.CellsFor(context) * cell,
            (2L * tokens * config.VocabularySize * sizeof(float)) + (tokens * cell));
    }
}
