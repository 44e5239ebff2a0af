using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Memory;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Golden;
using SlmEdge.Runtime.Loading;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Tuning;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime;

/// <summary>
/// An opened bundle with its model in an engine, ready to decide. The bundle is verified, the prompt is rendered from the
/// manifest's task and must be the one that was tested, and one loop feeds the engine with the texts of all callers.
/// </summary>
/// <remarks>Safe to use from several threads. Disposal answers the requests that still run with <see cref="RuntimeStoppedException"/>.</remarks>
public sealed class SlmRuntime : IDisposable
{
    private readonly Bundle bundle;
    private readonly LoadedModel model;
    private readonly SequenceScheduler scheduler;
    private int disposed;

    private SlmRuntime(Bundle bundle, LoadedModel model, SequenceScheduler scheduler, Classifier classifier, string promptSha256)
    {
        this.bundle = bundle;
        this.model = model;
        this.scheduler = scheduler;
        Classifier = classifier;
        PromptSha256 = promptSha256;
        EngineInfo = model.Engine.Info;
        ContextLength = model.Engine.ContextLength;
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

    /// <summary>SHA-256 of the rendered prompt, lower-case hex.</summary>
    public string PromptSha256 { get; }

    /// <summary>Whether label and scores of a decision are the same bits whatever else runs; see <see cref="RuntimeOptions.Deterministic"/>.</summary>
    public bool IsDeterministic => model.Sequences.IsRepeatable;

    /// <summary>What the model takes, computed before it was loaded.</summary>
    public MemoryEstimate Memory => model.Memory;

    /// <summary>The measured choice that applied; null where there is none, or the options asked for something else.</summary>
    public TunedChoice? Tuned { get; private init; }

    /// <summary>Classifies texts.</summary>
    public Classifier Classifier { get; }

    /// <summary>Texts that wait in front of the engine at this moment.</summary>
    public int WaitingTexts => scheduler.Waiting;

    /// <summary>Opens a bundle, verifies it and loads its model.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a bundle folder.</param>
    /// <param name="options">Engine, file and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">The bundle is damaged, incomplete or of another format version.</exception>
    /// <exception cref="RuntimeException">The bundle has no such model, is no classification, or renders another prompt than the tested one.</exception>
    /// <exception cref="EngineException">The model does not load.</exception>
    public static SlmRuntime Open(string bundlePath, RuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new RuntimeOptions();
        options.Validate();
        var bundle = Bundle.Open(bundlePath, new BundleOptions { CacheDirectory = options.CacheDirectory });
        LoadedModel? model = null;
        try
        {
            var manifest = bundle.Manifest;
            if (manifest.Task.Kind != TaskKind.Classify)
            {
                throw new RuntimeException($"The bundle '{manifest.Name}' {manifest.Version} is of kind '{manifest.Task.Kind.ToString().ToLowerInvariant()}'; this version runs 'classify'.");
            }

            var tuned = options is { UseTuning: true, Engine: EngineChoice.Auto, File: null } ? TunedChoice.Find(bundlePath, bundle.ManifestSha256) : null;
            options = tuned?.Complete(options) ?? options;
            model = ModelLoader.Load(bundle, ModelChoice.Choose(manifest, options.Engine, options.File), options);
            var prompt = RenderPrompt(manifest, model);
            var scheduler = new SequenceScheduler(
                model.Sequences,
                new SchedulerOptions { BatchTokens = options.BatchTokens, BatchTexts = options.BatchTexts, QueueCapacity = options.QueueCapacity });
            var classifier = new Classifier(
                prompt,
                scheduler,
                new DecisionMaker(
                    manifest.Task,
                    DecisionRules.Create(manifest, options),
                    new ClassifierIdentity(manifest.Name, manifest.Version, model.EngineName, prompt.Sha256)),
                model.Engine.ContextLength,
                options.LongTexts);
            return new SlmRuntime(bundle, model, scheduler, classifier, prompt.Sha256) { Tuned = tuned };
        }
        catch
        {
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
    /// Classifies the bundle's golden examples on this device: a difference means that this device does not compute what was tested.
    /// </summary>
    /// <param name="ct">Stops the check.</param>
    /// <returns>One result per example of the manifest.</returns>
    public async Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct = default)
    {
        var examples = Manifest.Golden;
        var decisions = await Classifier.ClassifyAsync([.. examples.Select(example => example.Text)], ct).ConfigureAwait(false);
        return [.. examples.Zip(decisions, Compare)];
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

    private static GoldenResult Compare(GoldenExample example, Decision decision)
    {
        var probability = 0.0;
        foreach (var score in decision.Scores)
        {
            if (score.Label == example.Label)
            {
                probability = score.Probability;
            }
        }

        var passed = decision.Scores[0].Label == example.Label && Math.Abs(probability - example.Probability) <= example.Tolerance;
        return new GoldenResult(example, decision, probability, passed);
    }

    private static ClassificationPrompt RenderPrompt(BundleManifest manifest, LoadedModel model)
    {
        var byCode = manifest.Task.Prompt.Verbalizer == Verbalizer.Code;
        var prompt = ClassificationPrompt.Create(manifest.Task, model.Tokenizer, byCode ? manifest.Codes : null);
        if (manifest.PromptSha256 is { } tested && tested != prompt.Sha256)
        {
            throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} was tested with the prompt {tested[..12]}…, but task and tokenizer of '{model.File}' give {prompt.Sha256[..12]}…. " +
                "The model file does not belong to this task, or another version of SlmEdge made the bundle; build the bundle again.");
        }

        if (prompt.Prefix.Length + prompt.Labels.MaxDepth + 2 > model.Engine.ContextLength)
        {
            throw new RuntimeException(
                $"Instruction and labels take {prompt.Prefix.Length + prompt.Labels.MaxDepth} tokens; the context of {model.Engine.ContextLength} leaves no room for a text. Choose a longer context.");
        }

        return prompt;
    }
}
