using SlmEdge.Bundles;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Bundling;

/// <summary>The model files of a bundle as stages that can be scored, each opened as a device opens it.</summary>
internal static class ShippedStages
{
    /// <summary>Opening takes files that were unpacked before from the cache; what is to be verified is the bundle that was named.</summary>
    /// <exception cref="BundleException">The bundle is damaged, or not signed as required.</exception>
    public static Bundle OpenChecked(string path, BundleOptions options)
    {
        foreach (BundleFileCheck check in Bundle.VerifyAll(path, options))
        {
            if (check.Problem is { } problem)
            {
                throw new BundleException(problem, path, check.File.Path);
            }
        }

        return Bundle.Open(path, options);
    }

    /// <summary>The stages.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="host">For an adapter that ships alone, the bundle with its base; else null.</param>
    /// <param name="threads">Threads of the engines; 0 leaves the choice to them.</param>
    /// <exception cref="ExportException">An adapter has no base, or another one.</exception>
    /// <exception cref="BundleException">There is no model file.</exception>
    public static IReadOnlyList<StageDefinition> Of(Bundle bundle, Bundle? host, int threads)
    {
        if (bundle.Manifest.IsAdapter)
        {
            return [Beside(bundle, host, threads)];
        }

        if (host is not null)
        {
            throw new ExportException($"'{bundle.BundlePath}' has its own models; --beside is for a bundle that holds an adapter alone.");
        }

        StageDefinition[] stages = [.. Models(bundle, threads)];
        return stages.Length > 0 ? stages : throw new BundleException("has no model file", bundle.BundlePath);
    }

    /// <summary>The stage that a device runs when nobody says which.</summary>
    public static StageDefinition? Recommended(BundleManifest manifest, IReadOnlyList<StageDefinition> stages) =>
        manifest.IsAdapter ? stages[0] : stages.FirstOrDefault(stage => stage.File == manifest.Recommended?.File);

    private static StageDefinition Beside(Bundle bundle, Bundle? host, int threads)
    {
        if (host is null)
        {
            throw new ExportException($"'{bundle.BundlePath}' holds an adapter and no model. Name the bundle with its base, which was built with --as-trained: --beside x.slmb.");
        }

        (BundleManifest own, BundleManifest other) = (bundle.Manifest, host.Manifest);
        if (own.Base.Sha256 != other.Base.Sha256 || own.TokenizerSha256 != other.TokenizerSha256 || own.TemplateSha256 != other.TemplateSha256)
        {
            throw new ExportException($"The adapter '{own.Name}' {own.Version} was trained on another base, tokenizer or chat template than the bundle '{other.Name}' {other.Version} has. Name the bundle of its own base with --beside.");
        }

        BundleFile model = host.GetFiles(BundleFileRole.Gguf).FirstOrDefault(file => other.FindAdapter(file.Path) is not null)
            ?? throw new ExportException($"The bundle '{other.Name}' {other.Version} has no base apart from its adapter; build one with 'slm-export bundle --as-trained'.");
        BundleFile adapter = bundle.GetFiles(BundleFileRole.Adapter)[0];
        string path = bundle.GetFilePath(adapter.Path);
        return StageWorkshop.GgufStage(StageNames.GgufAdapter, "base + adapter", host.GetFilePath(model.Path), adapter.Path, threads, path) with { SizeBytes = new FileInfo(path).Length };
    }

    private static IEnumerable<StageDefinition> Models(Bundle bundle, int threads)
    {
        foreach (BundleFile file in bundle.GetFiles(BundleFileRole.Gguf))
        {
            string type = Path.GetFileNameWithoutExtension(file.Path).Split("model-")[^1];
            string? adapter = bundle.Manifest.FindAdapter(file.Path) is { } lora ? bundle.GetFilePath(lora.Path) : null;
            yield return StageWorkshop.GgufStage(StageNames.Gguf(type), type, bundle.GetFilePath(file.Path), file.Path, threads, adapter);
        }

        foreach (BundleFile file in bundle.GetFiles(BundleFileRole.Onnx).Where(file => Path.GetFileName(file.Path) == OnnxFileNames.Model))
        {
            string folder = Path.GetDirectoryName(bundle.GetFilePath(file.Path))!;
            string precision = PrecisionOf(bundle, file.Path);
            yield return StageWorkshop.OnnxStage(StageNames.Onnx(precision), precision, folder, file.Path, threads);
        }
    }

    /// <summary>The first ONNX folder does not carry its precision in its name; the scores say it.</summary>
    private static string PrecisionOf(Bundle bundle, string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (folder.StartsWith("onnx-", StringComparison.Ordinal))
        {
            return folder["onnx-".Length..];
        }

        var named = bundle.GetFiles(BundleFileRole.Onnx)
            .Select(file => Path.GetDirectoryName(file.Path)!)
            .Where(other => other.StartsWith("onnx-", StringComparison.Ordinal))
            .Select(other => other["onnx-".Length..]);
        return bundle.Manifest.Scores
            .Where(score => score.Engine == "onnxruntime")
            .Select(score => score.Precision)
            .Except(named, StringComparer.Ordinal)
            .FirstOrDefault() ?? "onnx";
    }
}
