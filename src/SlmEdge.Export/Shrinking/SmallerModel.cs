using SlmEdge.Export.Weights;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Training;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Shrinking;

namespace SlmEdge.Export.Shrinking;

/// <summary>Makes the smaller model of <c>--keep-layers</c> and <c>--trim-vocab</c>: merged with its adapter first, then shrunk, in a folder of its own.</summary>
public sealed class SmallerModel : IDisposable
{
    private readonly string _folder;

    private SmallerModel(string folder, ShrinkOutcome outcome, MergeChoice? merging)
    {
        _folder = folder;
        Outcome = outcome;
        Merging = merging;
    }

    /// <summary>The model's folder, and what was left out.</summary>
    public ShrinkOutcome Outcome { get; }

    /// <summary>What the adapter was merged into; null without one.</summary>
    public MergeChoice? Merging { get; }

    /// <summary>Makes the model in a working folder beside the artefact that it is for.</summary>
    /// <param name="baseDirectory">The base model, a folder in Hugging Face's layout.</param>
    /// <param name="adapterDirectory">The adapter, or null.</param>
    /// <param name="options">What is left out.</param>
    /// <param name="beside">The artefact.</param>
    /// <param name="maxKl">How far the merged model may diverge from the trained one, in nats.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="ExportException">The adapter cannot be merged within the bound.</exception>
    /// <exception cref="TrainingException">The model has fewer layers than are to stay.</exception>
    public static SmallerModel Create(
        string baseDirectory,
        string? adapterDirectory,
        SmallerOptions options,
        string beside,
        double maxKl = MergeComparison.DefaultMaxKl,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(beside));
        string folder = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.smaller");
        try
        {
            string source = baseDirectory;
            MergeChoice? merging = null;
            if (adapterDirectory is not null)
            {
                merging = MergeComparison.Choose(baseDirectory, adapterDirectory, SafetensorsType.F32, maxKl, ct);
                source = Path.Combine(folder, "merged");
                Directory.CreateDirectory(folder);
                ModelMerger.Write(baseDirectory, adapterDirectory, source, into: merging.Into, progress: progress, ct: ct);
            }

            Directory.CreateDirectory(folder);
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(baseDirectory)));
            ShrinkOutcome outcome = ModelShrinker.Shrink(source, Path.Combine(folder, name), Plan(options, adapterDirectory ?? baseDirectory), ct);
            return new SmallerModel(folder, outcome, merging);
        }
        catch
        {
            Delete(folder);
            throw;
        }
    }

    /// <summary>Gives the model its place. The folder appears only when it is complete.</summary>
    /// <param name="path">The folder; must not exist or be empty.</param>
    /// <param name="type">Type of the tensors, or null for the one that they have.</param>
    /// <param name="ct">Stops between two tensors.</param>
    /// <exception cref="IOException">The folder exists and is not empty.</exception>
    public void MoveTo(string path, SafetensorsType? type, CancellationToken ct)
    {
        if (type is { } rounded)
        {
            ModelMerger.Write(Outcome.Directory, null, path, rounded, ct: ct);
            return;
        }

        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new IOException($"'{path}' exists; choose another name, or remove it first.");
        }

        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }

        Directory.Move(Outcome.Directory, path);
    }

    /// <summary>Removes the working folder.</summary>
    public void Dispose() => Delete(_folder);

    /// <summary>What is known of the task and the texts from the run that an adapter or a model came of, which its folder lies in.</summary>
    internal static ShrinkPlan Plan(SmallerOptions options, string artefact)
    {
        ShrinkPlan plan = Plan(options);
        string? run = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(artefact)));
        if (run is null || !File.Exists(RunDirectory.RecordPath(run)))
        {
            return plan;
        }

        return Of(plan, RunRecord.Load(run));
    }

    /// <summary>A plan of which neither task nor texts are known.</summary>
    internal static ShrinkPlan Plan(SmallerOptions options) => new()
    {
        KeepLayers = options.KeepLayers,
        Corpus = options.TrimVocabularyFile is { } file ? CorpusTexts.Read(file) : null,
    };

    /// <summary>A plan with the task, the codes and the validation texts of a run.</summary>
    internal static ShrinkPlan Of(ShrinkPlan plan, RunRecord record)
    {
        plan = plan with { Task = record.Task, Codes = record.Codes };
        if (plan.KeepLayers is null || record.Task is not { Kind: TaskKind.Classify })
        {
            return plan;
        }

        try
        {
            return plan with { Texts = [.. RunRows.Load(record).Valid.Select(row => row.Text)] };
        }
        catch (TrainingException)
        {
            // Its rows are gone or changed: the choice is made without texts, and says so.
            return plan;
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
