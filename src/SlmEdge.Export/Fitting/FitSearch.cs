using System.Globalization;
using System.Text.Json;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Shrinking;

namespace SlmEdge.Export.Fitting;

/// <summary>
/// Searches layers, vocabulary and quantisation for the fastest model that keeps to the limits. Layers go one group after the other, each time from the model
/// before, as long as an 8-bit file of the rest stays near the accuracy that is asked for; of each depth that passed, every form is scored. All scores are on the
/// run's validation rows: held-out rows are for the proof of the one that is chosen.
/// </summary>
public sealed class FitSearch
{
    /// <summary>Points below the limit down to which a depth is still tried in the other forms: rounding may lift a decision as well as spoil it.</summary>
    private const double SlackPoints = 1;

    /// <summary>Points that the trimmed vocabulary may cost before the whole one is tried at every depth.</summary>
    private const double VocabularyPoints = 0.25;

    private const string Probe = "q8_0";

    private readonly FitRequest _request;
    private readonly IProgress<ExportProgress>? _progress;
    private readonly Action<FitScore>? _scored;
    private readonly CancellationToken _ct;

    private TrainedRun _run = null!;
    private TaskDefinition _task = null!;
    private EvaluationSet _valid = null!;
    private IReadOnlyList<LabelledText> _train = [];
    private FitWork _work = null!;

    /// <summary>Prepares a search.</summary>
    /// <param name="request">What is searched for.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="scored">Told about every candidate's score.</param>
    /// <param name="ct">Stops between two steps; what was scored is kept for the next time.</param>
    public FitSearch(FitRequest request, IProgress<ExportProgress>? progress = null, Action<FitScore>? scored = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _progress = progress;
        _scored = scored;
        _ct = ct;
    }

    /// <summary>Where the search keeps its models and scores.</summary>
    public string WorkDirectory => _request.WorkDirectory ?? Path.GetFullPath(_request.OutputPath) + ".fit";

    /// <summary>Searches, writes the report, and builds the bundle of the best candidate, if one keeps to the limits.</summary>
    /// <exception cref="ExportException">The run is no finished classification, or the working folder is another search's.</exception>
    /// <exception cref="Training.TrainingException">The run's rows are gone or changed.</exception>
    public FitOutcome Run()
    {
        _run = TrainedRun.Open(_request.RunDirectory, _request.BaseDirectory);
        _task = _run.Task;
        if (_task.Kind != TaskKind.Classify)
        {
            throw new ExportException($"The task '{_task.Name}' is of kind '{_task.Kind.ToString().ToLowerInvariant()}'; candidates are compared by accuracy, which 'classify' has.");
        }

        (_train, IReadOnlyList<LabelledText> valid) = RunRows.Load(_run.Record);
        _valid = EvaluationSet.Create("validation rows", valid, _task);
        _work = FitWork.Open(WorkDirectory, _request);

        double reference = Reference();
        ShrinkOutcome whole = Whole();
        List<(ShrinkOutcome Whole, ShrinkOutcome Trimmed)> depths = Depths(whole, reference, out bool tryWhole);
        foreach (string format in _request.Formats)
        {
            foreach (var (full, trimmed) in depths)
            {
                Score(trimmed, true, format);
                if (tryWhole || ReferenceEquals(full, whole))
                {
                    Score(full, false, format);
                }
            }
        }

        FitScore[] scores = [.. _work.Scores.Where(score => _request.Formats.Contains(score.Format) && score.Layers >= _request.MinLayers)];
        FitScore? best = scores.Where(score => _request.Limits.Allow(score, reference)).MaxBy(score => score.TextsPerSecond);
        string report = Path.ChangeExtension(Path.GetFullPath(_request.OutputPath), ".fit.html");
        var outcome = new FitOutcome(reference, _valid.Texts.Count, scores, ParetoFront.Of(scores), best, report, null);
        FitReport.Write(outcome, _request.Limits, _task.Name, report);
        if (best is null)
        {
            return outcome;
        }

        var (chosen, chosenTrimmed) = depths.First(depth => Layers(depth.Whole) == best.Layers);
        outcome = outcome with { Bundle = Build(best.Trimmed ? chosenTrimmed : chosen, best, valid) };
        _work.Delete();
        return outcome;
    }

    private double Reference()
    {
        string path = _work.At("reference.txt");
        if (File.Exists(path) && double.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out double kept))
        {
            return kept;
        }

        StageResult result = new StageVerifier(_task, _run.Record.Codes, _valid, _run.Record.PromptSha256).Score(BundleVerifier.ReferenceStage(_run, _request.Threads), null, _progress, _ct);
        AtomicFile.WriteText(path, result.Report.Accuracy.ToString("R", CultureInfo.InvariantCulture));
        return result.Report.Accuracy;
    }

    /// <summary>The trained model as one set of weights.</summary>
    private ShrinkOutcome Whole() => _work.Model("whole", folder =>
    {
        string source = folder;
        if (_run.AdapterDirectory is { } adapter)
        {
            MergeChoice choice = MergeComparison.Choose(_run.BaseDirectory, adapter, SafetensorsType.F32, _request.MaxKl, _ct);
            ModelMerger.Write(_run.BaseDirectory, adapter, folder, into: choice.Into, progress: _progress, ct: _ct);
        }
        else
        {
            ModelMerger.Write(_run.ModelDirectory!, null, folder, ct: _ct);
        }

        int layers = DecoderConfig.Load(source).NumHiddenLayers;
        return new ShrinkOutcome(folder, new LayerChoice([.. Enumerable.Range(0, layers)], layers, 0), null, DecoderConfig.Load(source).VocabSize, _run.Record.Codes ?? [], _run.Record.PromptSha256);
    });

    private List<(ShrinkOutcome Whole, ShrinkOutcome Trimmed)> Depths(ShrinkOutcome whole, double reference, out bool tryWhole)
    {
        int layers = Layers(whole);
        int step = Math.Max(1, layers / 12);
        double floor = _request.Limits.Floor(reference) - (SlackPoints / 100);
        ShrinkOutcome trimmed = Trim(whole);
        tryWhole = Score(whole, false, Probe).Accuracy - Score(trimmed, true, Probe).Accuracy > VocabularyPoints / 100;
        List<(ShrinkOutcome, ShrinkOutcome)> depths = [(whole, trimmed)];
        ShrinkOutcome before = whole;
        for (int keep = layers - step; keep >= _request.MinLayers; keep -= step)
        {
            ShrinkOutcome pruned = Prune(before, keep);
            trimmed = Trim(pruned);
            double accuracy = Score(trimmed, true, Probe).Accuracy;
            if (tryWhole)
            {
                accuracy = Math.Max(accuracy, Score(pruned, false, Probe).Accuracy);
            }

            if (accuracy < floor)
            {
                break;
            }

            depths.Add((pruned, trimmed));
            before = pruned;
        }

        return depths;
    }

    private ShrinkOutcome Prune(ShrinkOutcome before, int keep) => _work.Model(Named("layers", keep), folder =>
    {
        string pruned = _request.RecoverEpochs > 0 ? _work.At(Named("pruned", keep)) : folder;
        if (Directory.Exists(pruned))
        {
            Directory.Delete(pruned, recursive: true);
        }

        _progress?.Report(new ExportProgress($"leaving out layers down to {keep}", 0, 1));
        ShrinkOutcome outcome = ModelShrinker.Shrink(
            before.Directory, pruned, new ShrinkPlan { KeepLayers = keep, Texts = _valid.Texts, Task = _task, Codes = _run.Record.Codes }, _ct);
        if (_request.RecoverEpochs > 0)
        {
            Recover(pruned, keep, folder);
        }

        // In the layers of the trained model, however many rounds it took.
        LayerChoice choice = outcome.Layers!;
        return outcome with { Directory = folder, Layers = new LayerChoice([.. choice.Kept.Select(layer => before.Layers!.Kept[layer])], before.Layers!.Of, choice.Distance) };
    });

    /// <summary>Trains what is left on the run's own training rows, shortly, with an adapter that is merged.</summary>
    private void Recover(string pruned, int keep, string folder)
    {
        string run = _work.At(Named("recover", keep));
        bool finished = File.Exists(RunDirectory.RecordPath(run)) && RunRecord.Load(run).FinishedUtc is not null;
        if (!finished)
        {
            _progress?.Report(new ExportProgress($"training {keep} layers", 0, 1));
            RunRecord record = _run.Record;
            JsonElement settings = record.Settings!.Value;
            var options = new SftOptions
            {
                BaseDirectory = pruned,
                Task = _task,
                TrainFile = record.Data.First(data => data.Role == "train").Path,
                ValidationFile = record.Data.FirstOrDefault(data => data.Role == "valid")?.Path,
                ValidationShare = settings.GetProperty("validationShare").GetDouble(),
                TextColumn = _run.Columns.TextColumn,
                LabelColumn = _run.Columns.LabelColumn,
                Seed = record.Seed,
                Method = FineTuningMethod.Lora,
                Lora = new LoraConfig(32, 64, 0.05, [LoraConfig.AllLinear]),
                Epochs = _request.RecoverEpochs,
                Patience = 0,
                OutputDirectory = run,
                Resume = Checkpoint.Exists(run),
                Threads = _request.Threads,
            };
            new SftTrainer(options).Run(null, null, _ct);
        }

        if (!(RunRecord.Load(run).Codes ?? []).SequenceEqual(_run.Record.Codes ?? []))
        {
            throw new ExportException("The labels got other tokens than in the run; another version of SlmEdge trained it. Leave --recover out.");
        }

        ModelMerger.Write(pruned, RunDirectory.AdapterPath(run), folder, ct: _ct);
    }

    private ShrinkOutcome Trim(ShrinkOutcome model) => _work.Model(Named("trimmed", Layers(model)), folder =>
    {
        _progress?.Report(new ExportProgress("trimming the vocabulary", 0, 1));
        ShrinkOutcome outcome = ModelShrinker.Shrink(
            model.Directory, folder, new ShrinkPlan { Corpus = [.. _train.Select(row => row.Text)], Task = _task, Codes = _run.Record.Codes }, _ct);
        return outcome with { Layers = model.Layers };
    });

    private FitScore Score(ShrinkOutcome model, bool trimmed, string format)
    {
        _ct.ThrowIfCancellationRequested();
        if (_work.Find(Layers(model), trimmed, format) is { } known)
        {
            return known;
        }

        string path = _work.At("candidate");
        try
        {
            StageDefinition stage = Export(model, format, path);
            var rendering = new StageRendering(model.Codes, model.PromptSha256);
            StageResult result = new StageVerifier(_task, null, _valid).Score(stage with { Rendering = rendering }, null, _progress, _ct);
            CandidateSpeed speed = CandidateSpeed.Measure(stage, _task, rendering, _valid.Texts, _ct);
            var score = new FitScore(Layers(model), trimmed, format, result.Report.Accuracy, speed.LatencyMs, speed.TextsPerSecond, stage.SizeBytes);
            _work.Add(score);
            _scored?.Invoke(score);
            return score;
        }
        finally
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    private StageDefinition Export(ShrinkOutcome model, string format, string path)
    {
        using ModelWeights weights = ModelWeights.Open(model.Directory);
        if (format == FitRequest.OnnxInt4)
        {
            OnnxExporter.Export(weights, path, OnnxPrecision.Int4, _progress, _ct);
            return StageWorkshop.OnnxStage(format, format, path, null, _request.Threads);
        }

        GgufExporter.Export(weights, path, GgufTypes.Parse(format), _request.Threads, _progress, _ct);
        return StageWorkshop.GgufStage(format, format, path, null, _request.Threads);
    }

    private BundleOutcome Build(ShrinkOutcome model, FitScore best, IReadOnlyList<LabelledText> valid)
    {
        string rows = _work.At("valid.jsonl");
        if (_request.DataFile is null)
        {
            File.WriteAllLines(rows, valid.Select(row => JsonSerializer.Serialize(new { text = row.Text, label = row.Label })));
        }

        bool onnx = best.Format == FitRequest.OnnxInt4;
        GgufQuantization[] gguf = onnx ? [] : [GgufTypes.Parse(best.Format)];
        OnnxPrecision[] precisions = onnx ? [OnnxPrecision.Int4] : [];
        return new BundleBuilder(
            new BundleRequest
            {
                RunDirectory = _request.RunDirectory,
                BaseDirectory = _request.BaseDirectory,
                DataFile = _request.DataFile ?? rows,
                TextColumn = _request.DataFile is null ? new ReaderOptions().TextColumn : null,
                LabelColumn = _request.DataFile is null ? new ReaderOptions().LabelColumn : null,
                OutputPath = _request.OutputPath,
                Gguf = gguf,
                Onnx = precisions,
                Prepared = best.Trimmed || best.Layers < model.Layers!.Of ? model : null,

                // The limits were kept on the validation rows; what the proof shows beside is for people to judge.
                Limits = new ProofLimits(100),
                MaxKl = _request.MaxKl,
                Threads = _request.Threads,
            },
            _progress).Build(_ct);
    }

    private static int Layers(ShrinkOutcome model) => model.Layers!.Kept.Count;

    private static string Named(string what, int layers) => string.Create(CultureInfo.InvariantCulture, $"{what}-{layers}");
}
