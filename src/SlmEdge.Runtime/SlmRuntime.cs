using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Engines;
using SlmEdge.Engines.Memory;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Chat;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Runtime.Loading;
using SlmEdge.Runtime.Memory;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Tuning;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime;

/// <summary>
/// An opened bundle with its model in an engine, ready to decide or to write. The bundle is verified, the prompt is rendered from the
/// manifest's task and must be the one that was tested, and one loop feeds the engine with the texts of all callers.
/// </summary>
/// <remarks>Safe to use from several threads. Disposal answers the requests that still run with <see cref="RuntimeStoppedException"/>.</remarks>
public sealed class SlmRuntime : IDisposable
{
    private readonly Bundle bundle;
    private readonly LoadedModel model;
    private readonly SequenceScheduler scheduler;
    private readonly TaskModels models;
    private readonly RuntimeOptions options;
    private readonly Lazy<DriftReference?> drift;
    private int disposed;

    private SlmRuntime(Bundle bundle, LoadedModel model, SequenceScheduler scheduler, RuntimeOptions options)
    {
        this.bundle = bundle;
        this.model = model;
        this.scheduler = scheduler;
        this.options = options;
        EngineInfo = model.Engine.Info with { GpuProblem = model.GpuProblem };
        ContextLength = model.Engine.ContextLength;
        drift = new Lazy<DriftReference?>(bundle.ReadDriftReference);
        Adapters = new AdapterCollection(bundle, model, scheduler, options);
        models = TaskModels.Create(bundle.Manifest, bundle.Manifest, model, scheduler, options, null, null, Adapters, bundle.GetFiles(BundleFileRole.Reference).Count > 0);
    }

    /// <summary>The bundle's manifest.</summary>
    public BundleManifest Manifest => bundle.Manifest;

    /// <summary>Whether the bundle is signed, and by a trusted key.</summary>
    public BundleSignatureState Signature => bundle.Signature;

    /// <summary>What computes: <c>llama</c> or <c>onnx</c>.</summary>
    public string Engine => model.EngineName;

    /// <summary>The model file in the bundle that is loaded.</summary>
    public string File => model.File;

    /// <summary>The engine's version and hardware level.</summary>
    public EngineInfo EngineInfo { get; }

    /// <summary>Tokens of one sequence: instruction, text and label.</summary>
    public int ContextLength { get; }

    /// <summary>What the bundle's own model decided or wrote on held-out rows, for comparison with recent texts; <see langword="null"/> for bundles that do not have it. Read when it is
    /// first asked for.</summary>
    /// <exception cref="BundleException">It is damaged or malformed.</exception>
    public DriftReference? Drift => drift.Value;

    /// <summary>Identity of task and rendering, lower-case hex: for a classification SHA-256 of the rendered prompt.</summary>
    public string PromptSha256 => models.PromptSha256;

    /// <summary>Whether label and scores of a decision are the same bits whatever else runs; see <see cref="RuntimeOptions.Deterministic"/>.</summary>
    public bool IsDeterministic => model.Sequences.IsRepeatable;

    /// <summary>What the model takes, computed before it was loaded.</summary>
    public MemoryEstimate Memory => model.Memory;

    /// <summary>The measured choice that applied; null where there is none, or the options asked for something else.</summary>
    public TunedChoice? Tuned { get; private init; }

    /// <summary>What the bundle's task is.</summary>
    public TaskKind Kind => Manifest.Task.Kind;

    /// <summary>Classifies texts.</summary>
    /// <exception cref="RuntimeException">The bundle is of another kind.</exception>
    public Classifier Classifier => models.Classifier;

    /// <summary>Extracts documents.</summary>
    /// <exception cref="RuntimeException">The bundle is of another kind.</exception>
    public Extractor Extractor => models.Extractor;

    /// <summary>Writes summaries, rewritings and the like.</summary>
    /// <exception cref="RuntimeException">The bundle is of another kind.</exception>
    public Generator Generator => models.Generator;

    /// <summary>Holds conversations.</summary>
    /// <exception cref="RuntimeException">The bundle is of another kind.</exception>
    public ChatModel Chat => models.Chat;

    /// <summary>The adapters over this model; there are none at the start.</summary>
    public AdapterCollection Adapters { get; }

    /// <summary>Texts that wait in front of the engine at this moment.</summary>
    public int WaitingTexts => scheduler.Waiting;

    /// <summary>Evaluations that have ended so far: while requests are under way and this stands still, the engine hangs.</summary>
    public long Evaluations => scheduler.Evaluations;

    /// <summary>Opens a bundle, verifies it and loads its model.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a bundle folder.</param>
    /// <param name="options">Engine, file and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">The bundle is damaged, incomplete or of another format version.</exception>
    /// <exception cref="BundleRequirementException">The bundle needs a newer program or engine.</exception>
    /// <exception cref="RuntimeException">The bundle has no such model, or renders another prompt than the tested one.</exception>
    /// <exception cref="TaskDefinitionException">The task's schema cannot be honoured.</exception>
    /// <exception cref="EngineException">The model does not load.</exception>
    public static SlmRuntime Open(string bundlePath, RuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new RuntimeOptions();
        options.Validate();
        EngineStart.Begin();
        var bundle = Bundle.Open(bundlePath, new BundleOptions { CacheDirectory = options.CacheDirectory, OnDemand = true });
        LoadedModel? model = null;
        SequenceScheduler? scheduler = null;
        try
        {
            var tuned = options is { UseTuning: true, Engine: EngineChoice.Auto, File: null } ? TunedChoice.Find(bundlePath, bundle.ManifestSha256) : null;
            options = tuned?.Complete(options) ?? options;
            model = ModelLoader.Load(bundle, ModelChoice.Choose(bundle.Manifest, options.Engine, options.File), options);
            scheduler = new SequenceScheduler(
                model.Sequences,
                new SchedulerOptions { BatchTokens = options.BatchTokens, BatchTexts = options.BatchTexts, QueueCapacity = options.QueueCapacity });
            return new SlmRuntime(bundle, model, scheduler, options) { Tuned = tuned };
        }
        catch
        {
            scheduler?.Dispose();
            model?.Dispose();
            bundle.Dispose();
            throw;
        }
    }

    /// <summary>The models of a bundle: each with the engine that runs it and its path in the bundle.</summary>
    public static IReadOnlyList<(EngineChoice Engine, string File)> ListModels(BundleManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return [.. ModelChoice.All(manifest).Select(choice => (choice.Engine == ModelChoice.Onnx ? EngineChoice.Onnx : EngineChoice.Llama, choice.File))];
    }

    /// <summary>
    /// Decides the bundle's golden examples on this device, or writes their answers: a difference means that this device does not compute what was tested.
    /// </summary>
    /// <param name="ct">Stops the check.</param>
    /// <returns>One result per example of the manifest.</returns>
    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct = default) => models.VerifyGoldenAsync(ct);

    /// <summary>
    /// Opens a second engine over the bundle's model file, whose hidden states are the vectors of texts. It takes the runtime's threads, memory limit and way with long
    /// texts; weights that are mapped from the file are in memory once.
    /// </summary>
    /// <returns>The embedder: the caller's to dispose, before the runtime.</returns>
    /// <exception cref="RuntimeException">The bundle has no GGUF model.</exception>
    /// <exception cref="EngineException">The model is of a family that is not embedded with.</exception>
    /// <exception cref="ModelMemoryException">There is not enough memory for it.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    public Embedder OpenEmbedder()
    {
        if (Volatile.Read(ref disposed) != 0)
        {
            throw new RuntimeStoppedException();
        }

        return Embedder.Open(bundle, new EmbedderOptions
        {
            File = model.File.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? model.File : null,
            LongTexts = options.LongTexts,
            MemoryLimitBytes = options.MemoryLimitBytes,
            Threads = options.Threads,
            CacheDirectory = options.CacheDirectory,
        });
    }

    /// <summary>Stops the loop, answers what still waits with <see cref="RuntimeStoppedException"/>, and unloads the model.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            scheduler.Dispose();
            model.Dispose();
            bundle.Dispose();
        }
    }
}
