using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Runtime.Memory;

namespace SlmEdge.Runtime.Loading;

/// <summary>Loads a model of a bundle into its engine.</summary>
internal static class ModelLoader
{
    /// <exception cref="BundleRequirementException">The engine is older than the one the bundle was tested with.</exception>
    public static LoadedModel Load(Bundle bundle, ModelChoice choice, RuntimeOptions options)
    {
        EngineVersions.Check(bundle.Manifest, choice.Engine, bundle.BundlePath);
        return choice.Engine == ModelChoice.Onnx
            ? GpuChoice.Open(options, OnnxEngine.FindGpu, (layers, problem) => OnnxModelLoader.Load(bundle, choice, options, layers != 0, problem))
            : GpuChoice.Open(options, LlamaCppEngine.FindGpu, (layers, problem) => LoadLlama(bundle, choice, options, layers, problem));
    }

    // Room beside the context where texts come one at a time and a pass is short: for labels of several tokens.
    private const int TokensOfOneText = 128;

    public static LoadedModel LoadLlama(Bundle bundle, ModelChoice choice, RuntimeOptions options, int gpuLayers, string? gpuProblem)
    {
        var path = bundle.GetFilePath(choice.File);
        var repeatable = options.Deterministic ?? gpuLayers == 0;
        var engineOptions = new LlamaCppOptions
        {
            ContextLength = options.ContextLength,
            BatchTokens = repeatable && options.BatchTexts == 1 ? Math.Min(options.BatchTokens, TokensOfOneText) : options.BatchTokens,
            MaxSequences = options.BatchTexts,
            Threads = options.Threads,
            ForRepeatable = repeatable,
            GpuLayers = gpuLayers,
            AdapterPath = bundle.Manifest.FindAdapter(choice.File) is { } adapter ? bundle.GetFilePath(adapter.Path) : null,
        };
        var model = VerifiedGguf.Check(path);
        var memory = MemoryGuard.Check(choice.File, LlamaMemory.Estimate(model, engineOptions), options);
        var engine = LlamaCppEngine.Open(model, engineOptions);
        try
        {
            return new LoadedModel(engine, engine.OpenSequences(options.Deterministic ?? engine.CanRepeat), engine.Tokenizer, ModelChoice.Llama, choice.File, memory) { GpuProblem = gpuProblem };
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }
}
