using SlmEdge.Bundles;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Chat;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Telemetry;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Runtime.Loading;

/// <summary>What a task does over a model, with an adapter or without: one of four, by the task's kind.</summary>
internal sealed class TaskModels
{
    private readonly BundleManifest manifest;
    private readonly string owner;
    private Classifier? classifier;
    private Extractor? extractor;
    private Generator? generator;
    private ChatModel? chat;

    private TaskModels(BundleManifest manifest, string owner)
    {
        this.manifest = manifest;
        this.owner = owner;
    }

    /// <summary>Identity of task and rendering, lower-case hex.</summary>
    public required string PromptSha256 { get; init; }

    public Classifier Classifier => classifier ?? throw OtherKind(TaskKind.Classify);

    public Extractor Extractor => extractor ?? throw OtherKind(TaskKind.Extract);

    public Generator Generator => generator ?? throw OtherKind(TaskKind.Generate);

    public ChatModel Chat => chat ?? throw OtherKind(TaskKind.Chat);

    private TaskKind Kind => manifest.Task.Kind;

    /// <summary>Renders the task's prompt, which has to be the tested one, and makes what answers it.</summary>
    /// <param name="manifest">Task, codes, calibration and golden examples.</param>
    /// <param name="host">The bundle whose model computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="scheduler">Feeds its engine.</param>
    /// <param name="options">What the caller set.</param>
    /// <param name="slot">The adapter that computes; null for the model itself.</param>
    /// <param name="adapter">What answers say of it.</param>
    /// <param name="adapters">The adapters that calls may ask for by name; null where they may not.</param>
    /// <param name="isCompared">Whether there is a reference to compare texts with.</param>
    /// <exception cref="RuntimeException">It is another prompt than the tested one.</exception>
    /// <exception cref="TaskDefinitionException">The task's schema cannot be honoured.</exception>
    public static TaskModels Create(
        BundleManifest manifest,
        BundleManifest host,
        LoadedModel model,
        SequenceScheduler scheduler,
        RuntimeOptions options,
        AdapterSlot? slot,
        AdapterVersion? adapter,
        AdapterCollection? adapters,
        bool isCompared = false)
    {
        var task = manifest.Task;
        var contextLength = model.Engine.ContextLength;
        var owner = adapter is null ? $"The bundle '{manifest.Name}' {manifest.Version}" : $"The adapter '{adapter.Name}' {adapter.Version}";
        OperationKind Operations(string name) => new(name, host.Name, model.EngineName) { Adapter = adapter?.Name };
        if (task.Kind == TaskKind.Classify)
        {
            var prompt = TaskPrompts.Classification(manifest, model);
            var identity = new ClassifierIdentity(host.Name, host.Version, model.EngineName, prompt.Sha256, adapter);
            var decisions = new DecisionMaker(task, DecisionRules.Create(manifest, options), identity);
            return new TaskModels(manifest, owner)
            {
                PromptSha256 = prompt.Sha256,
                classifier = new Classifier(prompt, scheduler, decisions, contextLength, options.LongTexts, Operations("classify"), slot, adapters),
            };
        }

        var writing = TaskPrompts.Generation(manifest, model);
        var writer = new AnswerWriter(
            scheduler, model.Tokenizer, writing, contextLength, Operations(task.Kind == TaskKind.Chat ? "chat" : "text_completion"), slot, adapter) { IsCompared = isCompared };
        return new TaskModels(manifest, owner)
        {
            PromptSha256 = writing.IdentityOf(task),
            extractor = task.Kind == TaskKind.Extract ? new Extractor(task, writer, options.LongTexts, adapters) : null,
            generator = task.Kind == TaskKind.Generate ? new Generator(task, writer, options.LongTexts, adapters) : null,
            chat = task.Kind == TaskKind.Chat ? new ChatModel(task, writer, adapters) : null,
        };
    }

    /// <summary>Decides the golden examples on this device, or writes their answers.</summary>
    public async Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct)
    {
        var examples = manifest.Golden;
        if (Kind == TaskKind.Classify)
        {
            var decisions = await Classifier.ClassifyAsync([.. examples.Select(example => example.Text)], ct).ConfigureAwait(false);
            return [.. examples.Zip(decisions, Compare)];
        }

        var written = new List<GoldenResult>();
        foreach (var example in examples)
        {
            var answer = await WriteAsync(example.Text, ct).ConfigureAwait(false);
            var same = answer == example.Label;
            written.Add(new GoldenResult(example, answer, same ? 1 : 0, same));
        }

        return written;
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
        return new GoldenResult(example, decision.Scores[0].Label, probability, passed) { Decision = decision };
    }

    // What the exporter lets the same model write about the same text: greedily, with the defaults.
    private async Task<string> WriteAsync(string text, CancellationToken ct) => Kind switch
    {
        TaskKind.Extract => (await Extractor.ExtractAsync(text, null, ct).ConfigureAwait(false)).Document.GetRawText(),
        TaskKind.Generate => (await Generator.GenerateAsync(text, null, ct).ConfigureAwait(false)).Text.Trim(),
        _ => (await Chat.RespondAsync([new ChatMessage("user", text)], null, ct: ct).ConfigureAwait(false)).Text.Trim(),
    };

    private RuntimeException OtherKind(TaskKind asked) => new(
        $"{owner} is of kind '{Name(Kind)}', so it does not {Name(asked)}. Use SlmRuntime.{(Kind == TaskKind.Classify ? "Classifier" : Kind == TaskKind.Extract ? "Extractor" : Kind == TaskKind.Generate ? "Generator" : "Chat")} ('slm-edge {Name(Kind)}'), or another bundle.");

    private static string Name(TaskKind kind) => kind.ToString().ToLowerInvariant();
}
