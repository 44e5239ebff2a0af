using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Shrinking;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Shrinking;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Bundling;

/// <summary>Makes the files of every stage in a working folder and says how each is opened.</summary>
internal sealed class StageWorkshop(TrainedRun run, string folder, BundleRequest request, IProgress<ExportProgress>? progress, CancellationToken ct)
{
    private const string Torch = "libtorch";
    private const string Llama = "llama.cpp";
    private const string Ort = "onnxruntime";
    private const string Trained = "trained";

    /// <summary>Path in a bundle of an adapter that ships alone.</summary>
    public const string AdapterInBundle = "adapter.gguf";

    /// <summary>What the adapter was merged into, once it was.</summary>
    public MergeChoice? Merging { get; private set; }

    /// <summary>The model with fewer layers or tokens, once it was made; null where nothing is left out.</summary>
    public ShrinkOutcome? Smaller { get; private set; }

    private string MergedFolder => Path.Combine(folder, "merged");

    private string FloatGguf => Path.Combine(folder, "merged.gguf");

    /// <summary>The stages in the order of the pipeline; files are made when the enumeration comes to them.</summary>
    public IEnumerable<StageDefinition> Stages(IReadOnlyList<GgufQuantization> gguf, IReadOnlyList<OnnxPrecision> onnx, bool asTrained)
    {
        if (asTrained)
        {
            run.RequireShipsAsTrained();
        }

        if (request.AdapterOnly && run.AdapterDirectory is null)
        {
            throw new ExportException($"The run '{run.Directory}' trained all weights and has no adapter to ship alone. Train with --method lora or qlora, or ship the model with --gguf or --onnx.");
        }

        yield return TorchStage(StageNames.Base, run.BaseDirectory, null);
        if (run.AdapterDirectory is { } adapter)
        {
            yield return TorchStage(StageNames.Adapter, run.BaseDirectory, adapter);
            if (request.AdapterOnly)
            {
                yield return AloneStage(adapter);
                yield break;
            }

            if (asTrained)
            {
                yield return TrainedStage(adapter);
            }

            if (gguf.Count + onnx.Count > 0)
            {
                Merge(adapter);
                yield return TorchStage(StageNames.Merged, Final, null);
            }
        }
        else
        {
            yield return TorchStage(StageNames.FineTuned, run.ModelDirectory!, null);
        }

        if (request.Prepared is not null || request.Smaller.Any)
        {
            Smaller = request.Prepared ?? ModelShrinker.Shrink(Final, Path.Combine(folder, "smaller"), SmallerModel.Of(SmallerModel.Plan(request.Smaller), run.Record), ct);
            yield return TorchStage(StageNames.Smaller, Final, null) with { Rendering = Rendering };
        }

        if (gguf.Count > 0)
        {
            foreach (GgufQuantization type in gguf)
            {
                yield return GgufStage(type);
            }

            // A DoRA adapter has no GGUF form; it is shipped merged only.
            if (Smaller is null && run.AdapterDirectory is { } beside && !AdapterDirectory.ReadSettings(beside).UseDora)
            {
                yield return GgufAdapterStage(beside);
            }
        }

        foreach (OnnxPrecision precision in onnx)
        {
            yield return OnnxStage(precision, OnnxFolderInBundle(precision, onnx));
        }
    }

    /// <summary>The folder of an ONNX precision in a bundle: the first is <c>onnx</c>.</summary>
    public static string OnnxFolderInBundle(OnnxPrecision precision, IReadOnlyList<OnnxPrecision> all) =>
        precision == all[0] ? "onnx" : "onnx-" + precision.ToString().ToLowerInvariant();

    /// <summary>The file of a GGUF type in a bundle.</summary>
    public static string GgufFileInBundle(GgufQuantization type) => $"gguf/model-{GgufTypes.Name(type)}.gguf";

    /// <summary>Where a file of a bundle is in the working folder.</summary>
    public string PathOf(string pathInBundle) => Path.Combine(folder, "bundle", pathInBundle.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Path in a bundle of the run as it was trained.</summary>
    public static string TrainedPathInBundle(TrainedRun run) =>
        run.HeldForm == BaseForm.Int4Onnx ? $"onnx-{Trained}/{OnnxFileNames.Model}" : $"gguf/model-{Trained}.gguf";

    /// <summary>The model that is converted: a folder, or an F32 GGUF file where the base is a GGUF file.</summary>
    private string Final => Smaller?.Directory ?? run.ModelDirectory ?? (GgufBase.Is(run.BaseDirectory) ? FloatGguf : MergedFolder);

    private StageRendering? Rendering => Smaller is null ? null : new StageRendering(Smaller.Codes, Smaller.PromptSha256) { Task = Smaller.Task };

    private void Merge(string adapter)
    {
        Merging = MergeComparison.Choose(run.BaseDirectory, adapter, SafetensorsType.F32, request.MaxKl, ct);
        if (Final != FloatGguf)
        {
            ModelMerger.Write(run.BaseDirectory, adapter, MergedFolder, into: Merging.Into, progress: progress, ct: ct);
            return;
        }

        using ModelWeights weights = ModelWeights.Open(run.BaseDirectory, adapter, Merging.Into);
        GgufExporter.Export(weights, FloatGguf, GgufQuantization.F32, request.Threads, progress, ct);
    }

    /// <summary>Base and adapter apart, the base in the blocks of the training.</summary>
    private StageDefinition TrainedStage(string adapter)
    {
        string inBundle = TrainedPathInBundle(run);
        string path = PathOf(inBundle);
        string parent = Path.GetDirectoryName(path)!;
        if (run.HeldForm == BaseForm.Int4Onnx)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(parent)!);
            OnnxExporter.ExportHeldBase(run.BaseDirectory, adapter, parent, progress, ct);
            return OnnxStage(StageNames.Onnx(Trained), Trained, parent, inBundle, request.Threads);
        }

        Directory.CreateDirectory(parent);
        GgufExporter.ExportHeldBase(run.BaseDirectory, adapter, path, progress, ct);
        GgufExporter.ExportAdapter(run.BaseDirectory, adapter, BundleManifest.AdapterPathOf(path), ct);
        return GgufStage(StageNames.Gguf(Trained), Trained, path, inBundle, request.Threads, BundleManifest.AdapterPathOf(path));
    }

    private StageDefinition TorchStage(string name, string model, string? adapter)
    {
        long size = SizeOf(model, "*.safetensors") + (adapter is null ? 0 : SizeOf(adapter, "*.safetensors"));
        return new StageDefinition(name, Torch, "fp32", size, null, () =>
        {
            BaseTokenizer tokenizer = BaseTokenizer.Open(model);
            return new StageEngine(TorchEngine.Open(model, adapter, request.Threads), tokenizer, tokenizer);
        });
    }

    private StageDefinition GgufStage(GgufQuantization type)
    {
        string inBundle = GgufFileInBundle(type);
        string path = PathOf(inBundle);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (ModelWeights weights = ModelWeights.Open(Final))
        {
            GgufExporter.Export(weights, path, type, request.Threads, progress, ct);
        }

        return GgufStage(StageNames.Gguf(GgufTypes.Name(type)), GgufTypes.Name(type), path, inBundle, request.Threads) with { Rendering = Rendering };
    }

    /// <summary>A stage of a GGUF file that is there.</summary>
    public static StageDefinition GgufStage(string name, string precision, string path, string? inBundle, int threads, string? adapter = null) =>
        new(name, Llama, precision, new FileInfo(path).Length + (adapter is null ? 0 : new FileInfo(adapter).Length), inBundle, () =>
        {
            LlamaCppEngine engine = LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = threads, AdapterPath = adapter });
            return new StageEngine(engine, engine.Tokenizer);
        });

    /// <summary>A stage of an ONNX folder that is there.</summary>
    public static StageDefinition OnnxStage(string name, string precision, string path, string? inBundle, int threads) =>
        new(name, Ort, precision, SizeOf(path, OnnxFileNames.Model + "*"), inBundle, () =>
        {
            LlamaTokenizer tokenizer = LlamaTokenizer.Open(Path.Combine(path, OnnxFileNames.Vocabulary));
            return new StageEngine(OnnxEngine.Open(path, new OnnxEngineOptions { Threads = threads }), tokenizer, tokenizer);
        });

    /// <summary>The adapter beside its base, in the base's form of the training where a device can have that; only the adapter ships.</summary>
    private StageDefinition AloneStage(string adapter)
    {
        string baseGguf = Path.Combine(folder, "base.gguf");
        string lora = PathOf(AdapterInBundle);
        Directory.CreateDirectory(Path.GetDirectoryName(lora)!);
        GgufExporter.ExportAdapter(run.BaseDirectory, adapter, lora, AdapterIdentity.Of(run.BaseDirectory, adapter, request.Name, request.Version), ct);
        bool held = GgufBase.Is(run.BaseDirectory) || run.HeldForm is { } form && form.IsGguf();
        if (held)
        {
            GgufExporter.ExportHeldBase(run.BaseDirectory, adapter, baseGguf, progress, ct);
        }
        else
        {
            using ModelWeights weights = ModelWeights.OpenHeld(run.BaseDirectory, adapter);
            GgufExporter.Export(weights, baseGguf, GgufQuantization.F16, request.Threads, progress, ct);
        }

        return GgufStage(StageNames.GgufAdapter, held ? Trained : "f16 + f32", baseGguf, AdapterInBundle, request.Threads, lora) with { SizeBytes = new FileInfo(lora).Length };
    }

    private StageDefinition GgufAdapterStage(string adapter)
    {
        string baseGguf = Path.Combine(folder, "base.gguf");
        string lora = Path.Combine(folder, "adapter.gguf");
        using (ModelWeights weights = ModelWeights.OpenHeld(run.BaseDirectory, adapter))
        {
            GgufExporter.Export(weights, baseGguf, GgufQuantization.F16, request.Threads, progress, ct);
        }

        GgufExporter.ExportAdapter(run.BaseDirectory, adapter, lora, ct);
        return new StageDefinition(StageNames.GgufAdapter, Llama, "f16 + f32", new FileInfo(baseGguf).Length + new FileInfo(lora).Length, null, () =>
        {
            LlamaCppEngine engine = LlamaCppEngine.Open(baseGguf, new LlamaCppOptions { Threads = request.Threads, AdapterPath = lora });
            return new StageEngine(engine, engine.Tokenizer);
        });
    }

    private StageDefinition OnnxStage(OnnxPrecision precision, string inBundle)
    {
        string path = PathOf(inBundle);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (ModelWeights weights = ModelWeights.Open(Final))
        {
            OnnxExporter.Export(weights, path, precision, progress, ct);
        }

        string name = precision.ToString().ToLowerInvariant();
        return OnnxStage(StageNames.Onnx(name), name, path, $"{inBundle}/{OnnxFileNames.Model}", request.Threads) with { Rendering = Rendering };
    }

    private static long SizeOf(string directory, string pattern) => File.Exists(directory)
        ? new FileInfo(directory).Length
        : Directory.EnumerateFiles(directory, pattern).Sum(file => new FileInfo(file).Length);
}
