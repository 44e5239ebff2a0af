using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Runtime.Loading;

/// <summary>Loads a model of a bundle into its engine.</summary>
internal static class ModelLoader
{
    public static LoadedModel Load(Bundle bundle, ModelChoice choice, RuntimeOptions options) =>
        choice.Engine == ModelChoice.Onnx ? OnnxModelLoader.Load(bundle, choice, options) : LoadLlama(bundle, choice, options);

    private static LoadedModel LoadLlama(Bundle bundle, ModelChoice choice, RuntimeOptions options)
    {
        var engine = LlamaCppEngine.Open(bundle.GetFilePath(choice.File), new LlamaCppOptions
        {
            ContextLength = options.ContextLength,
            BatchTokens = options.BatchTokens,
            MaxSequences = options.BatchTexts,
            Threads = options.Threads,
            AdapterPath = bundle.Manifest.FindAdapter(choice.File) is { } adapter ? bundle.GetFilePath(adapter.Path) : null,
        });
        return new LoadedModel(engine, engine.OpenSequences(options.Deterministic ?? engine.CanRepeat), engine.Tokenizer, ModelChoice.Llama, choice.File);
    }
}
