using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Runtime.Memory;

namespace SlmEdge.Runtime.Loading;

/// <summary>Loads an ONNX folder of a bundle; its tokenizer is the vocabulary-only GGUF beside the model.</summary>
internal static class OnnxModelLoader
{
    private const string TokenizerName = "tokenizer.gguf";

    public static LoadedModel Load(Bundle bundle, ModelChoice choice, RuntimeOptions options, bool gpu, string? gpuProblem)
    {
        var tokenizer = LlamaTokenizer.Open(bundle.GetFilePath(TokenizerPath(bundle.Manifest, choice.File)));
        try
        {
            var folder = Path.GetDirectoryName(bundle.GetFilePath(choice.File))!;
            var engineOptions = new OnnxEngineOptions
            {
                ContextLength = options.ContextLength,
                BatchTokens = options.BatchTokens,
                Threads = options.Threads,
                Gpu = gpu,
            };
            var memory = MemoryGuard.Check(choice.File, OnnxMemory.Estimate(folder, engineOptions), options);
            var engine = OnnxEngine.Open(folder, engineOptions);
            try
            {
                return new LoadedModel(engine, engine.OpenSequences(options.Deterministic ?? !gpu), tokenizer, ModelChoice.Onnx, choice.File, memory) { GpuProblem = gpuProblem };
            }
            catch
            {
                engine.Dispose();
                throw;
            }
        }
        catch
        {
            tokenizer.Dispose();
            throw;
        }
    }

    /// <summary>The vocabulary in the model's folder, else the only one in the bundle.</summary>
    private static string TokenizerPath(BundleManifest manifest, string modelFile)
    {
        var folder = modelFile[..(modelFile.LastIndexOf('/') + 1)];
        if (manifest.Files.Any(file => file.Path == folder + TokenizerName))
        {
            return folder + TokenizerName;
        }

        var elsewhere = manifest.Files.Where(file => file.Path == TokenizerName || file.Path.EndsWith("/" + TokenizerName, StringComparison.Ordinal)).ToList();
        return elsewhere.Count == 1
            ? elsewhere[0].Path
            : throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} has no '{folder}{TokenizerName}', the vocabulary that '{modelFile}' needs. Build the bundle again.");
    }
}
