using SlmEdge.Bundles;
using SlmEdge.Engines.Memory;
using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Runtime.Loading;

namespace SlmEdge.Runtime.Adapters;

/// <summary>The model that adapters are to be loaded beside: says which it takes.</summary>
/// <param name="bundle">Its bundle.</param>
/// <param name="model">The model.</param>
/// <param name="options">Limits.</param>
internal sealed class AdapterHost(Bundle bundle, LoadedModel model, RuntimeOptions options)
{
    /// <summary>Refuses an adapter that was trained on something else, or that does not fit.</summary>
    /// <param name="package">The adapter.</param>
    /// <param name="name">What it would be called.</param>
    /// <param name="taken">Bytes of the adapters that are loaded.</param>
    /// <returns>Bytes of its factors.</returns>
    /// <exception cref="AdapterException">It is refused.</exception>
    /// <exception cref="BundleRequirementException">It needs a newer engine.</exception>
    public long Check(AdapterPackage package, string name, long taken)
    {
        var manifest = bundle.Manifest;
        var host = $"the bundle '{manifest.Name}' {manifest.Version}";
        RequireBase(host);
        if (package.Manifest is { } own)
        {
            EngineVersions.Check(own, model.EngineName, package.FilePath);
        }

        var identity = package.Identity;
        Compare(AdapterRefusal.OtherBase, "base", identity.BaseSha256, manifest.Base.Sha256);
        Compare(AdapterRefusal.OtherTokenizer, "tokenizer", identity.TokenizerSha256, manifest.TokenizerSha256);
        Compare(AdapterRefusal.OtherTemplate, "chat template", identity.TemplateSha256, manifest.TemplateSha256);
        if (package.Manifest is null && identity.PromptSha256 is { } prompt && manifest.PromptSha256 is { } asked)
        {
            Compare(AdapterRefusal.OtherPrompt, "prompt (a file without a bundle answers the task of the model's)", prompt, asked);
        }

        var bytes = CheckFactors(package, name);
        var limit = options.MemoryLimitBytes is { } allowed ? allowed - model.Memory.Total - taken : AvailableMemory.Measure();
        return bytes <= limit
            ? bytes
            : throw new AdapterException(
                AdapterRefusal.NoRoom, $"The adapter '{name}' takes {bytes / 1048576.0:0.0} MiB, and {Math.Max(limit, 0) / 1048576.0:0.0} MiB are left for it. Unload another one, or raise the limit.");

        void Compare(AdapterRefusal refusal, string what, string? trained, string? here)
        {
            if (trained != here)
            {
                throw new AdapterException(
                    refusal, $"The adapter '{name}' {identity.Version} was trained with the {what} {Short(trained)}, {host} has {Short(here)}. Load it beside its own base, or train it again on this one.");
            }
        }
    }

    private static string Short(string? sha256) => sha256 is null ? "none" : sha256[..12] + "…";

    private void RequireBase(string host)
    {
        if (model.EngineName != ModelChoice.Llama)
        {
            throw new AdapterException(
                AdapterRefusal.NotSupported,
                $"ONNX Runtime runs '{model.File}' of {host}, and its graph has no place for adapters. Choose a GGUF file (--engine llama), or bundles with the adapter merged.");
        }

        if (bundle.Manifest.FindAdapter(model.File) is null)
        {
            throw new AdapterException(
                AdapterRefusal.NotSupported,
                $"'{model.File}' of {host} is no base: its training is merged into it, and another adapter would be added on top. Build the bundle with 'slm-export bundle --as-trained'.");
        }
    }

    private long CheckFactors(AdapterPackage package, string name)
    {
        try
        {
            using var adapter = GgufFile.Open(package.FilePath);
            using var file = GgufFile.Open(bundle.GetFilePath(model.File));
            return GgufAdapterCheck.Check(adapter, file);
        }
        catch (ModelFormatException error)
        {
            throw new AdapterException(AdapterRefusal.OtherShapes, $"The adapter '{name}' does not fit the model: {error.Message}", error);
        }
    }
}
