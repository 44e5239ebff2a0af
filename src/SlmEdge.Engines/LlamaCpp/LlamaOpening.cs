using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>What every engine over a llama.cpp model does alike when it opens one.</summary>
internal static class LlamaOpening
{
    /// <summary>The longest context that is taken when nobody asks for one.</summary>
    public const int DefaultContextLimit = 4096;

    private const int FlashAttentionAuto = -1;
    private const int FlashAttentionDisabled = 0;
    private const int LoadModeAuto = -1;
    private const int TypeF32 = 0;
    private const int TypeF16 = 1;

    // GGML_MAX_N_THREADS of ggml.h: llama.cpp ends the process when it is asked for more.
    private const int MaxThreads = 512;

    /// <summary>Refuses options that no model suits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public static void Check(int contextLength, int threads, int batchTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchTokens, LlamaCppOptions.MaxBatchTokens);
    }

    /// <summary>Loads the libraries and the model.</summary>
    /// <param name="checkedModel">The file.</param>
    /// <param name="gpuLayers">Layers on a GPU.</param>
    /// <param name="contextLength">Longest sequence that will be evaluated; 0 for the default.</param>
    /// <exception cref="EngineException">llama.cpp refuses the file.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static unsafe SafeLlamaModelHandle Load(VerifiedGguf checkedModel, int gpuLayers, int contextLength)
    {
        LlamaBackend.EnsureLoaded();
        var parameters = LlamaNative.llama_model_default_params();
        parameters.NGpuLayers = gpuLayers;
        parameters.LoadMode = LoadModeAuto;
        if (LongRopeContext.KeyToRaise(checkedModel, contextLength, DefaultContextLimit) is not { } key)
        {
            return Load(checkedModel.Path, parameters);
        }

        var overrides = stackalloc LlamaModelKvOverride[2];
        overrides[0] = LlamaModelKvOverride.Integer(key, int.MaxValue);
        overrides[1] = default;
        parameters.KvOverrides = (nint)overrides;
        return Load(checkedModel.Path, parameters);
    }

    /// <summary>Tokens of the longest sequence.</summary>
    /// <exception cref="EngineException">The model names no context, or more was asked for than it was trained with.</exception>
    public static int ContextLength(SafeLlamaModelHandle model, string path, int asked)
    {
        var trained = LlamaNative.llama_model_n_ctx_train(model);
        if (trained < 1)
        {
            throw new EngineException($"The model '{path}' names a context length of {trained} tokens; convert it again.");
        }

        var length = asked == 0 ? Math.Min(trained, DefaultContextLimit) : asked;
        return length <= trained
            ? length
            : throw new EngineException($"The model '{path}' was trained for {trained} tokens, a context of {length} was asked for; use at most {trained}.");
    }

    /// <summary>Threads of an evaluation; 0 asks for one for each physical core.</summary>
    public static int Threads(int asked) => asked > 0 ? asked : ProcessorTopology.PhysicalCores;

    /// <summary>What all contexts have in common: one memory that all sequences share, and how precise it is.</summary>
    public static LlamaContextParams ContextParameters(int threads, bool halfPrecisionCache)
    {
        var parameters = LlamaNative.llama_context_default_params();
        parameters.NThreads = threads;
        parameters.NThreadsBatch = threads;
        parameters.KvUnified = 1;
        parameters.NoPerf = 1;

        // The texts of a batch share one memory. Fused attention skips what belongs to other sequences, the plain
        // kernels compute and then mask it: measured 2 to 4 times slower on a CPU. But it rounds keys and values to 16 bits.
        parameters.FlashAttnType = halfPrecisionCache ? FlashAttentionAuto : FlashAttentionDisabled;
        parameters.TypeK = halfPrecisionCache ? TypeF16 : TypeF32;
        parameters.TypeV = parameters.TypeK;
        return parameters;
    }

    /// <summary>What computes.</summary>
    public static EngineInfo Describe(int threads, int gpuLayers)
    {
        var gpu = gpuLayers != 0 ? LlamaBackend.FindGpu() : null;
        return new EngineInfo("llama.cpp", LlamaBackend.Version, LlamaBackend.LibraryPath, CpuLevel.Describe(LlamaBackend.ChosenCpuLibrary()), threads, gpu is not null, gpu);
    }

    private static SafeLlamaModelHandle Load(string path, LlamaModelParams parameters)
    {
        var model = SafeLlamaModelHandle.Load(path, parameters);
        MappedFile.Release(path);
        return model;
    }
}
