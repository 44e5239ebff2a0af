using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Runs;

namespace SlmEdge.Export.Bundling;

/// <summary>A finished fine-tuning run, checked: its task, base, and adapter or model.</summary>
public sealed class TrainedRun
{
    private const string TrainedAsFloats = "its own precision";

    private TrainedRun(string directory, RunRecord record, TaskDefinition task, string baseDirectory, string? adapter, string? model)
    {
        Directory = directory;
        Record = record;
        Task = task;
        BaseDirectory = baseDirectory;
        AdapterDirectory = adapter;
        ModelDirectory = model;
    }

    /// <summary>The run's folder.</summary>
    public string Directory { get; }

    /// <summary>Its record.</summary>
    public RunRecord Record { get; }

    /// <summary>The task.</summary>
    public TaskDefinition Task { get; }

    /// <summary>The base model.</summary>
    public string BaseDirectory { get; }

    /// <summary>The adapter, of LoRA and QLoRA runs.</summary>
    public string? AdapterDirectory { get; }

    /// <summary>The fine-tuned model, of full runs.</summary>
    public string? ModelDirectory { get; }

    /// <summary>The form in which the trainer held the base; null for the one in which it is stored, and for full runs.</summary>
    public BaseForm? HeldForm => AdapterDirectory is null ? null : Training.Adapters.AdapterDirectory.ReadSettings(AdapterDirectory).HeldForm;

    /// <summary>Whether a device can run base and adapter in the very blocks of the training: a form of a deployed file, or a GGUF base.</summary>
    public bool ShipsAsTrained => AdapterDirectory is not null && (GgufBase.Is(BaseDirectory) || HeldForm is not (null or BaseForm.Nf4));

    /// <summary>Refuses what <see cref="ShipsAsTrained"/> denies.</summary>
    /// <exception cref="ExportException">The base was held in a form that no device runs.</exception>
    internal void RequireShipsAsTrained()
    {
        if (AdapterDirectory is not null && Training.Adapters.AdapterDirectory.ReadSettings(AdapterDirectory).UseDora)
        {
            throw new ExportException(
                $"The run '{Directory}' cannot be shipped as trained: its adapter is DoRA, which stretches the rows of the base itself, and no file of an adapter holds that. Ship merged files with --gguf or --onnx, or train without --dora.");
        }

        if (!ShipsAsTrained)
        {
            throw new ExportException(
                $"The run '{Directory}' cannot be shipped as trained: {(AdapterDirectory is null ? "it has no adapter" : $"its base was held in {HeldForm?.Name() ?? TrainedAsFloats}, which no device runs")}. Train with --quant {string.Join(", ", BaseForms.Names.Where(n => n != BaseForm.Nf4.Name()))}, or on a GGUF base; or ship merged files with --gguf or --onnx.");
        }
    }

    /// <summary>The run's columns.</summary>
    public ReaderOptions Columns => new()
    {
        TextColumn = Setting("textColumn") ?? new ReaderOptions().TextColumn,
        LabelColumn = Setting("labelColumn") ?? new ReaderOptions().LabelColumn,
    };

    /// <summary>Opens a run.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="baseDirectory">The base, or null for the path that the run remembers.</param>
    /// <exception cref="ExportException">The run is not finished, is no fine-tuning run, or the base is another one.</exception>
    public static TrainedRun Open(string directory, string? baseDirectory = null) => Open(directory, baseDirectory, writing: false);

    /// <summary>Opens a run of a task that writes text.</summary>
    /// <inheritdoc cref="Open(string, string?)"/>
    public static TrainedRun OpenWriting(string directory, string? baseDirectory = null) => Open(directory, baseDirectory, writing: true);

    /// <summary>Whether a run's task writes text instead of choosing labels.</summary>
    /// <param name="directory">The run's folder.</param>
    public static bool Writes(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return RunRecord.Load(directory).Task is { } task && task.Kind != TaskKind.Classify;
    }

    private static TrainedRun Open(string directory, string? baseDirectory, bool writing)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        RunRecord record = RunRecord.Load(directory);
        if (record.Command is not ("sft" or "dpo" or "distill logits") || record.Task is null || record.Base is null)
        {
            throw new ExportException($"'{directory}' is a '{record.Command}' run{(record.Task is null ? " without a task" : "")}; a bundle is made of an 'sft' or 'distill logits' run of a task. Export the model of another run with 'slm-export gguf' or 'slm-export onnx' (--base, --adapter).");
        }

        if (record.Task.Kind == TaskKind.Classify == writing)
        {
            throw new ExportException(
                writing ? $"'{directory}' is a run of a task of kind 'classify', whose proof compares labels." : $"'{directory}' is a run of a task of kind '{record.Task.Kind.ToString().ToLowerInvariant()}'. The proof in a bundle compares decisions between labels, and such a task writes text: 'slm-export bundle' proves it by its answers, and 'slm-edge bundle verify' checks the bundle.");
        }

        string adapter = RunDirectory.AdapterPath(directory);
        string model = RunDirectory.ModelPath(directory);
        bool full = record.Method == "full";
        string artefact = full ? model : adapter;
        if (record.FinishedUtc is null || !System.IO.Directory.Exists(artefact))
        {
            throw new ExportException($"The run '{directory}' is not finished ('{artefact}' is missing or run.json has no end). Continue it with 'slm-train {record.Command} --resume'.");
        }

        string basePath = baseDirectory ?? BaseOf(directory, record.Base);
        if (!System.IO.Directory.Exists(basePath) && !File.Exists(basePath))
        {
            throw new ExportException($"The run's base model is not at '{basePath}' any more. Name it with --base.");
        }

        string hash = Training.Models.ModelDirectory.Hash(basePath);
        if (hash != record.Base.Sha256)
        {
            throw new ExportException(
                $"'{basePath}' (SHA-256 {hash[..12]}…) is not the base that the run '{directory}' was trained on (SHA-256 {record.Base.Sha256[..12]}…). Name that one with --base.");
        }

        return new TrainedRun(directory, record, record.Task, basePath, full ? null : adapter, full ? model : null);
    }

    /// <summary>A run with fewer layers has its base inside, also where it was moved.</summary>
    private static string BaseOf(string directory, RunBase recorded)
    {
        string own = RunDirectory.BasePath(directory);
        return !System.IO.Directory.Exists(recorded.Path) && System.IO.Directory.Exists(own) ? own : recorded.Path;
    }

    private string? Setting(string name) =>
        Record.Settings is { ValueKind: JsonValueKind.Object } settings && settings.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
