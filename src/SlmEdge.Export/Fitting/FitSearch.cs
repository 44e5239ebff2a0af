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
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Shrinking;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Fitting;

/// <summary>
/// Searches prompt, layers, vocabulary and quantisation for the fastest model that keeps to the limits. A list of labels in the prompt goes first, if the model can be trained
/// to do without; then layers, one group after the other, each time from the model before, as long as an 8-bit file of the rest stays near the accuracy that is asked for. Of each
/// model that passed, every form is scored. All scores are on the run's validation rows (<see cref="RowRace"/>): held-out rows are for the proof of the one that is chosen.
/// </summary>
public sealed class FitSearch
{
    /// <summary>Points below the limit down to which a depth is still tried in the other forms: rounding may lift a decision as well as spoil it.</summary>
    private const double SlackPoints = 1;

    /// <summary>Points that the trimmed vocabulary may cost before the whole one is tried at every depth.</summary>
    private const double VocabularyPoints = 0.25;

    private const string Probe = "q8_0";

    private readonly FitRequest _request;
    private readonly FitProgress? _steps;
    private readonly IProgress<ExportProgress>? _progress;
    private readonly Action<FitScore>? _scored;
    private readonly CancellationToken _ct;

    private TrainedRun _run = null!;
    private TaskDefinition _task = null!;
    private EvaluationSet _valid = null!;
    private IReadOnlyList<LabelledText> _train = [];
    private FitWork _work = null!;
    private int[] _order = [];
    private double _floor;

    /// <summary>Prepares a search.</summary>
    /// <param name="request">What is searched for.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="scored">Told about every candidate's score.</param>
    /// <param name="ct">Stops between two steps; what was scored is kept for the next time.</param>
    public FitSearch(FitRequest request, IProgress<ExportProgress>? progress = null, Action<FitScore>? scored = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _progress = _steps = progress is null ? null : new FitProgress(progress);
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

        if (_task.Decision.MultiLabel)
        {
            throw new ExportException($"The texts of the task '{_task.Name}' have several labels; candidates are compared by the accuracy of one. Make the smaller bundle with 'slm-export bundle --keep-layers' and '--trim-vocab', which proves it.");
        }

        (_train, IReadOnlyList<LabelledText> valid) = RunRows.Load(_run.Record);
        _valid = EvaluationSet.Create("validation rows", valid, _task);
        _work = FitWork.Open(WorkDirectory, _request);

        _order = RowRace.Order(_valid.Texts.Count);
        double reference = Reference();

        // What lies within the slack of the trained model is of interest also where more is asked than can be had.
        _floor = Math.Min(_request.Limits.Floor(reference), reference) - (SlackPoints / 100);
        ShrinkOutcome whole = Whole();
        List<(ShrinkOutcome Whole, ShrinkOutcome Trimmed)> depths = Depths(whole, out bool tryWhole);
        (ShrinkOutcome Model, bool Trimmed, string Format)[] candidates =
        [
            .. from format in _request.Formats
               from depth in depths
               from trimmed in tryWhole || Layers(depth.Whole) == Layers(whole) ? new[] { true, false } : [true]
               select (trimmed ? depth.Trimmed : depth.Whole, trimmed, format),
        ];
        _steps?.Plan(candidates.Length);
        foreach (var (model, trimmed, format) in candidates)
        {
            Score(model, trimmed, format);
        }

        FitScore[] all = [.. _work.Scores.Where(score => _request.Formats.Contains(score.Format) && score.Layers >= _request.MinLayers && !(score.ShortPrompt && _request.KeepPrompt))];
        FitScore[] scores = [.. all.Where(score => score.GivenUpAfter is null)];
        FitScore? best = scores.Where(score => _request.Limits.Allow(score, reference)).MaxBy(score => score.TextsPerSecond);
        string report = Path.ChangeExtension(Path.GetFullPath(_request.OutputPath), ".fit.html");
        var outcome = new FitOutcome(reference, _valid.Texts.Count, scores, ParetoFront.Of(scores), best, report, null) { GivenUp = [.. all.Except(scores)] };
        FitReport.Write(outcome, _request.Limits, _task.Name, report);
        if (best is null)
        {
            return outcome;
        }

        var (chosen, chosenTrimmed) = depths.First(depth => Layers(depth.Whole) == best.Layers && depth.Whole.Task is not null == best.ShortPrompt);
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

    private List<(ShrinkOutcome Whole, ShrinkOutcome Trimmed)> Depths(ShrinkOutcome whole, out bool tryWhole)
    {
        int layers = Layers(whole);
        int step = Math.Max(1, layers / 12);
        ShrinkOutcome trimmed = Trim(whole);
        tryWhole = Score(whole, false, Probe).Accuracy - Score(trimmed, true, Probe).Accuracy > VocabularyPoints / 100;
        List<(ShrinkOutcome, ShrinkOutcome)> depths = [(whole, trimmed)];
        ShrinkOutcome before = whole;
        if (_task.Prompt.LabelsInPrompt && _request.RecoverEpochs > 0 && !_request.KeepPrompt && Try(Shorten(whole), tryWhole, depths) is { } asked)
        {
            before = asked;
        }

        for (int keep = layers - step; keep >= _request.MinLayers; keep -= step)
        {
            if (Try(Prune(before, keep), tryWhole, depths) is not { } pruned)
            {
                break;
            }

            before = pruned;
        }

        return depths;
    }

    /// <summary>Keeps a model among those that are tried in every form, if a file of eight bits is accurate enough; null when it is not.</summary>
    private ShrinkOutcome? Try(ShrinkOutcome model, bool tryWhole, List<(ShrinkOutcome, ShrinkOutcome)> depths)
    {
        ShrinkOutcome trimmed = Trim(model);
        FitScore best = Score(trimmed, true, Probe);
        if (tryWhole && Score(model, false, Probe) is { } full && full.Accuracy > best.Accuracy)
        {
            best = full;
        }

        if (best.GivenUpAfter is not null || best.Accuracy < _floor)
        {
            return null;
        }

        depths.Add((model, trimmed));
        return model;
    }

    /// <summary>The model trained to decide without the list of labels in its prompt.</summary>
    private ShrinkOutcome Shorten(ShrinkOutcome whole) => _work.Model("short", folder =>
    {
        TaskDefinition task = _task with { Prompt = _task.Prompt with { LabelsInPrompt = false } };
        Recover(whole.Directory, "short", task, folder);
        using BaseTokenizer tokenizer = BaseTokenizer.Open(folder);
        return whole with
        {
            Directory = folder, Task = task, PromptSha256 = ClassificationPrompt.Create(task, tokenizer, whole.Codes.Count > 0 ? whole.Codes : null).Sha256,
        };
    });

    private ShrinkOutcome Prune(ShrinkOutcome before, int keep) => _work.Model(Named(before, "layers", keep), folder =>
    {
        string pruned = _request.RecoverEpochs > 0 ? _work.At(Named(before, "pruned", keep)) : folder;
        if (Directory.Exists(pruned))
        {
            Directory.Delete(pruned, recursive: true);
        }

        _progress?.Report(new ExportProgress($"leaving out layers down to {keep}", 0, 1));
        ShrinkOutcome outcome = ModelShrinker.Shrink(
            before.Directory, pruned, new ShrinkPlan { KeepLayers = keep, Texts = _valid.Texts, Task = TaskOf(before), Codes = _run.Record.Codes }, _ct);
        if (_request.RecoverEpochs > 0)
        {
            Recover(pruned, Named(before, "recover", keep), TaskOf(before), folder);
        }

        // In the layers of the trained model, however many rounds it took.
        LayerChoice choice = outcome.Layers!;
        return outcome with
        {
            Directory = folder, Task = before.Task, Layers = new LayerChoice([.. choice.Kept.Select(layer => before.Layers!.Kept[layer])], before.Layers!.Of, choice.Distance),
        };
    });

    /// <summary>
    /// Trains a model on the run's own training rows, shortly: all its weights where the run trained all, else an adapter that is merged, which needs no more memory than the run did.
    /// </summary>
    private void Recover(string model, string name, TaskDefinition task, string folder)
    {
        string run = _work.At(name + "-run");
        bool full = _run.AdapterDirectory is null;
        bool finished = File.Exists(RunDirectory.RecordPath(run)) && RunRecord.Load(run).FinishedUtc is not null;
        if (!finished)
        {
            RunRecord record = _run.Record;
            JsonElement settings = record.Settings!.Value;
            var defaults = new SftOptions { BaseDirectory = model, Task = task, TrainFile = "", OutputDirectory = run };
            var options = defaults with
            {
                TrainFile = record.Data.First(data => data.Role == "train").Path,
                ValidationFile = record.Data.FirstOrDefault(data => data.Role == "valid")?.Path,
                ValidationShare = settings.GetProperty("validationShare").GetDouble(),
                TextColumn = _run.Columns.TextColumn,
                LabelColumn = _run.Columns.LabelColumn,
                Seed = record.Seed,
                Method = full ? FineTuningMethod.Full : FineTuningMethod.Lora,
                BatchSize = settings.TryGetProperty("batchSize", out JsonElement batch) ? batch.GetInt32() : defaults.BatchSize,
                PackTokens = settings.TryGetProperty("packTokens", out JsonElement pack) ? pack.GetInt32() : defaults.PackTokens,
                Epochs = _request.RecoverEpochs,
                Patience = 0,
                Resume = Checkpoint.Exists(run),
                Threads = _request.Threads,
            };
            new SftTrainer(options).Run(_progress is null ? null : new TrainingBar(_progress, name), null, _ct);
        }

        if (!(RunRecord.Load(run).Codes ?? []).SequenceEqual(_run.Record.Codes ?? []))
        {
            throw new ExportException("The labels got other tokens than in the run; another version of SlmEdge trained it. Leave --recover out.");
        }

        if (full)
        {
            ModelMerger.Write(RunDirectory.ModelPath(run), null, folder, ct: _ct);
        }
        else
        {
            ModelMerger.Write(model, RunDirectory.AdapterPath(run), folder, ct: _ct);
        }
    }

    private ShrinkOutcome Trim(ShrinkOutcome model) => _work.Model(Named(model, "trimmed", Layers(model)), folder =>
    {
        _progress?.Report(new ExportProgress("trimming the vocabulary", 0, 1));
        ShrinkOutcome outcome = ModelShrinker.Shrink(
            model.Directory, folder, new ShrinkPlan { Corpus = [.. _train.Select(row => row.Text)], Task = TaskOf(model), Codes = _run.Record.Codes }, _ct);
        return outcome with { Layers = model.Layers, Task = model.Task };
    });

    private FitScore Score(ShrinkOutcome model, bool trimmed, string format)
    {
        _ct.ThrowIfCancellationRequested();
        var candidate = new FitScore(Layers(model), trimmed, format, 0, 0, 0, 0) { ShortPrompt = model.Task is not null };
        FitScore? known = _work.Find(candidate);
        _steps?.Begin();
        if (known is null)
        {
            known = Measure(model, candidate);
            _work.Add(known);
            _scored?.Invoke(known);
            _steps?.End(known: false);
        }
        else
        {
            _steps?.End(known: true);
        }

        return known;
    }

    private FitScore Measure(ShrinkOutcome model, FitScore candidate)
    {
        string path = _work.At("candidate");
        try
        {
            StageDefinition stage = Export(model, candidate.Format, path);
            var rendering = new StageRendering(model.Codes, model.PromptSha256) { Task = model.Task };
            bool first = candidate is { ShortPrompt: false, Trimmed: false, Format: Probe } && candidate.Layers == model.Layers!.Of;
            (double accuracy, int rows) = RowRace.Run(_order, first ? 0 : _floor, some =>
            {
                EvaluationSet part = _valid.Part(some);
                StageResult result = new StageVerifier(_task, null, part).Score(stage with { Rendering = rendering }, null, _progress, _ct);
                return result.Predicted.Where((label, row) => label == part.Labels[row]).Count();
            });
            FitScore score = candidate with { Accuracy = accuracy, SizeBytes = stage.SizeBytes };
            if (rows < _order.Length)
            {
                return score with { GivenUpAfter = rows };
            }

            CandidateSpeed speed = CandidateSpeed.Measure(stage, TaskOf(model), rendering, _valid.Texts, _ct);
            return score with { LatencyMs = speed.LatencyMs, TextsPerSecond = speed.TextsPerSecond };
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
                Prepared = best.Trimmed || best.Layers < model.Layers!.Of || best.ShortPrompt ? model : null,

                // The limits were kept on the validation rows; what the proof shows beside is for people to judge.
                Limits = new ProofLimits(100),
                MaxKl = _request.MaxKl,
                Threads = _request.Threads,
            },
            _progress).Build(_ct);
    }

    private static int Layers(ShrinkOutcome model) => model.Layers!.Kept.Count;

    private TaskDefinition TaskOf(ShrinkOutcome model) => model.Task ?? _task;

    private static string Named(ShrinkOutcome of, string what, int layers) =>
        string.Create(CultureInfo.InvariantCulture, $"{(of.Task is null ? "" : "short-")}{what}-{layers}");

    /// <summary>The steps of a training as those of the search.</summary>
    private sealed class TrainingBar(IProgress<ExportProgress> bar, string model) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) =>
            bar.Report(new ExportProgress($"training {model}, {value.Remaining:hh\\:mm\\:ss} left", value.Step, value.TotalSteps));
    }
}
