using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime.Memory;

namespace SlmEdge.Runtime.Loading;

/// <summary>Loads a model of a bundle into its engine.</summary>
internal static class ModelLoader
{
    public static LoadedModel Load(Bundle bundle, ModelChoice choice, RuntimeOptions options) =>
        choice.Engine == ModelChoice.Onnx ? OnnxModelLoader.Load(bundle, choice, options) : LoadLlama(bundle, choice, options);

    private static LoadedModel LoadLlama(Bundle bundle, ModelChoice choice, RuntimeOptions options)
    {
        var path = bundle.GetFilePath(choice.File);
        var engineOptions = new LlamaCppOptions
        {
            ContextLength = options.ContextLength,
            BatchTokens = options.BatchTokens,
            MaxSequences = options.BatchTexts,
            Threads = options.Threads,
            AdapterPath = bundle.Manifest.FindAdapter(choice.File) is { } adapter ? bundle.GetFilePath(adapter.Path) : null,
        };
        var memory = MemoryGuard.Check(choice.File, LlamaMemory.Estimate(path, engineOptions), options);
        var engine = LlamaCppEngine.Open(path, engineOptions);
        return new LoadedModel(engine, engine.OpenSequences(options.Deterministic ?? engine.CanRepeat), engine.Tokenizer, ModelChoice.Llama, choice.File, memory);
    }
}
