using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Data;
using SlmEdge.Training;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Runs;

namespace SlmEdge.Export.Bundling;

/// <summary>Exports a run in every wanted form, scores every stage on the same held-out rows, and packs the result with its proof.</summary>
public sealed class BundleBuilder
{
    private readonly BundleRequest _request;
    private readonly IProgress<ExportProgress>? _progress;
    private readonly List<string> _warnings = [];

    /// <summary>Prepares a build.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Told about every step.</param>
    public BundleBuilder(BundleRequest request, IProgress<ExportProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _progress = progress;
    }

    /// <summary>Builds the bundle. On failure or cancellation nothing is left under the final names.</summary>
    /// <param name="ct">Stops between two tensors or evaluations.</param>
    /// <exception cref="ExportException">The run cannot be exported, or the export loses more than the limits allow.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public BundleOutcome Build(CancellationToken ct = default)
    {
        _request.Check();

        if (_request.AsTrained && (_request.Smaller.Any || _request.Prepared is not null))
        {
            throw new ExportException("--as-trained ships the base in the very blocks of the training; layers and tokens can be left out of merged models only (--gguf, --onnx).");
        }

        using ECDsa? key = SigningKey.Read(_request.SigningKeyFile);
        TrainedRun run = TrainedRun.Open(_request.RunDirectory, _request.BaseDirectory);
        ReaderOptions columns = run.Columns;
        columns = columns with { TextColumn = _request.TextColumn ?? columns.TextColumn, LabelColumn = _request.LabelColumn ?? columns.LabelColumn };
        IReadOnlyList<LabelledText> test = LabelledTextReader.Read(_request.DataFile, run.Task, columns);
        (IReadOnlyList<LabelledText> train, IReadOnlyList<LabelledText> valid) = ReadTrainingRows(run, columns);
        WarnOfOverlap(train, test);

        string output = Path.GetFullPath(_request.OutputPath);
        string work = Path.Combine(Path.GetDirectoryName(output)!, $".{Path.GetFileName(output)}.{Guid.NewGuid():N}.work");
        Directory.CreateDirectory(work);
        try
        {
            return Build(run, test, train, valid, output, work, key, ct);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private BundleOutcome Build(
        TrainedRun run,
        IReadOnlyList<LabelledText> testRows,
        IReadOnlyList<LabelledText> trainRows,
        IReadOnlyList<LabelledText> validRows,
        string output,
        string work,
        ECDsa? key,
        CancellationToken ct)
    {
        EvaluationSet test = EvaluationSet.Create(_request.DataFile, testRows, run.Task);
        var verifier = new StageVerifier(run.Task, run.Record.Codes, test, run.Record.PromptSha256, run.Record.LabelThreshold);
        var workshop = new StageWorkshop(run, work, _request, _progress, ct);
        (List<StageResult> stages, StageResult reference) = StageSeries.Score<StageResult>(
            workshop.Stages(_request.Gguf, _request.Onnx, _request.AsTrained), (stage, compared) => verifier.Score(stage, compared, _progress, ct));
        Enforce(stages, reference);

        IReadOnlyList<BaselineResult> baselines = trainRows.Count == 0
            ? []
            : BaselineScorer.Score(run.Task, EvaluationSet.Create("train", trainRows, run.Task), test, ct);
        StageResult recommended = _request.Limits.Recommend(stages)!;
        (BundleCalibration calibration, DriftReference? drift) = Calibrate(run, validRows, recommended, ct);
        var proof = new StageProof(
            _request.Name ?? run.Task.Name, run.Task, test, stages, reference, baselines, recommended, calibration, DateTime.UtcNow, ExportingMachine.Describe());

        string report = Path.Combine(work, "report.html");
        ProofReport.Write(proof, report);
        string task = Path.Combine(work, "task.json");
        File.WriteAllText(task, (workshop.Smaller?.Task ?? run.Task).ToJson());
        string? compared = drift is null ? null : Path.Combine(work, DriftReference.FileName);
        if (compared is not null)
        {
            File.WriteAllBytes(compared, drift!.ToUtf8());
        }

        BundleManifest manifest = Pack(run, workshop, proof, report, task, compared, output, key);

        string reportPath = _request.ReportPathFor(output);
        ProofReport.Write(proof, reportPath);
        return new BundleOutcome(output, reportPath, manifest, proof, _warnings) { Merging = workshop.Merging, Smaller = workshop.Smaller };
    }

    private void Enforce(List<StageResult> stages, StageResult reference)
    {
        IReadOnlyList<string> violations = _request.Limits.Violations(stages, reference);
        if (violations.Count == 0)
        {
            return;
        }

        string all = string.Join("; ", violations);
        if (!_request.Force)
        {
            throw new ExportException($"No bundle was made: {all}. Leave that form out, raise --max-loss, or insist with --force.");
        }

        _warnings.AddRange(violations);
    }

    private (BundleCalibration Calibration, DriftReference? Drift) Calibrate(TrainedRun run, IReadOnlyList<LabelledText> rows, StageResult recommended, CancellationToken ct)
    {
        if (run.Task.Decision.MultiLabel)
        {
            // The threshold is the trainer's, found on the validation rows at the model's own probabilities; all stages were proven with it.
            return (new BundleCalibration { LabelThreshold = run.Task.Decision.LabelThreshold is null ? run.Record.LabelThreshold : null }, Enough(rows.Count == 0 ? null : DriftRows.Reference(Decide(), ct)));
        }

        if (rows.Count == 0)
        {
            _warnings.Add("there are no validation rows to calibrate on (--valid); the temperature stays 1, there are no label sets, and the device has nothing to compare its texts with");
            return (new BundleCalibration(), null);
        }

        EvaluationSet valid = Valid();
        StageResult result = Decide();
        BundleCalibration calibration = ConfidenceCalibration.Fit(result.LogProbs, [.. valid.Labels], run.Task.Labels.Count, run.Task.Decision.Coverage);
        return (calibration, Enough(DriftRows.Reference(result, valid, calibration, ct)));

        EvaluationSet Valid() => EvaluationSet.Create("validation rows", rows, run.Task);

        StageResult Decide() => new StageVerifier(run.Task, run.Record.Codes, Valid(), run.Record.PromptSha256, run.Record.LabelThreshold) { KeepTokens = true }
            .Score(recommended.Definition, null, _progress, ct);

        DriftReference? Enough(DriftReference? drift)
        {
            if (drift is null)
            {
                _warnings.Add($"{rows.Count} validation rows are too few to compare a device's texts with; at least {DriftReference.MinRows} are needed");
            }

            return drift;
        }
    }

    private BundleManifest Pack(
        TrainedRun run, StageWorkshop workshop, StageProof proof, string report, string task, string? drift, string output, ECDsa? key)
    {
        string template = BaseChatTemplate.Load(run.BaseDirectory) ?? "";
        var writer = new BundleWriter(new BundleManifest
        {
            Requires = ShippedRequirements.Of(proof.Stages.Select(stage => stage.Definition)),
            Name = proof.Title,
            Version = _request.Version,
            CreatedUtc = proof.CreatedUtc,
            Task = workshop.Smaller?.Task ?? run.Task,
            Base = new BundleBase(Path.GetFileName(Path.TrimEndingDirectorySeparator(run.BaseDirectory)), run.Record.Base!.Sha256),
            TokenizerSha256 = workshop.Smaller is { } trimmed ? HuggingFaceTokenizer.Load(trimmed.Directory).Sha256 : run.Record.Base.TokenizerSha256,
            TemplateSha256 = template.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(template))),
            Codes = workshop.Smaller?.Codes ?? run.Record.Codes ?? [],
            PromptSha256 = workshop.Smaller is { } asked ? asked.PromptSha256 : run.Record.PromptSha256,
            Calibration = proof.Calibration,
            Scores = [.. proof.Baselines.Select(StageScores.Of), .. proof.Stages.Select(StageScores.Of)],
            Golden = GoldenExamples.Choose(proof),
            Recommended = _request.AdapterOnly ? null : new BundleRecommendation(
                proof.Recommended!.Definition.Engine == "onnxruntime" ? "onnx" : "llama", proof.Recommended.Definition.File!),
        });
        writer.AddFile("task.json", task, BundleFileRole.Task);
        writer.AddFile("report.html", report, BundleFileRole.Report);
        if (drift is not null)
        {
            writer.AddFile(DriftReference.FileName, drift, BundleFileRole.Reference);
        }

        AddModels(writer, run, workshop, _request);
        return writer.Write(output, key);
    }

    /// <summary>Adds the model files that a request names.</summary>
    internal static void AddModels(BundleWriter writer, TrainedRun run, StageWorkshop workshop, BundleRequest request)
    {
        if (request.AdapterOnly)
        {
            writer.AddFile(StageWorkshop.AdapterInBundle, workshop.PathOf(StageWorkshop.AdapterInBundle), BundleFileRole.Adapter);
        }

        if (request.AsTrained)
        {
            AddTrained(writer, run, workshop);
        }

        foreach (var type in request.Gguf)
        {
            string path = StageWorkshop.GgufFileInBundle(type);
            writer.AddFile(path, workshop.PathOf(path), BundleFileRole.Gguf);
        }

        foreach (OnnxPrecision precision in request.Onnx)
        {
            string folder = StageWorkshop.OnnxFolderInBundle(precision, request.Onnx);
            writer.AddFolder(folder, workshop.PathOf(folder), BundleFileRole.Onnx);
        }
    }

    private static void AddTrained(BundleWriter writer, TrainedRun run, StageWorkshop workshop)
    {
        string path = StageWorkshop.TrainedPathInBundle(run);
        if (run.HeldForm == BaseForm.Int4Onnx)
        {
            string folder = path[..path.IndexOf('/', StringComparison.Ordinal)];
            writer.AddFolder(folder, workshop.PathOf(folder), BundleFileRole.Onnx);
            return;
        }

        string adapter = BundleManifest.AdapterPathOf(path);
        writer.AddFile(path, workshop.PathOf(path), BundleFileRole.Gguf);
        writer.AddFile(adapter, workshop.PathOf(adapter), BundleFileRole.Adapter);
    }

    private void WarnOfOverlap(IReadOnlyList<LabelledText> train, IReadOnlyList<LabelledText> test)
    {
        IReadOnlyList<TextOverlap> overlap = TrainTestOverlap.Check(train, test);
        if (overlap.Count > 0)
        {
            _warnings.Add($"{overlap.Count} of {test.Count} test rows also stand in the training rows (first: {overlap[0].Test.File}, row {overlap[0].Test.Row}); their score flatters the model");
        }
    }

    /// <summary>What the baselines learn from (all that the run used, unless a file is named) and what the confidence is calibrated on.</summary>
    private (IReadOnlyList<LabelledText> Train, IReadOnlyList<LabelledText> Valid) ReadTrainingRows(TrainedRun run, ReaderOptions columns)
    {
        IReadOnlyList<LabelledText>? train = _request.TrainFile is { } trainFile ? LabelledTextReader.Read(trainFile, run.Task, columns) : null;
        IReadOnlyList<LabelledText>? valid = _request.ValidationFile is { } validFile ? LabelledTextReader.Read(validFile, run.Task, columns) : null;
        if (train is not null && valid is not null)
        {
            return (train, valid);
        }

        try
        {
            (IReadOnlyList<LabelledText> ownTrain, IReadOnlyList<LabelledText> ownValid) = RunRows.Load(run.Record);
            return (train ?? [.. ownTrain, .. ownValid], valid ?? ownValid);
        }
        catch (TrainingException exception)
        {
            _warnings.Add($"{exception.Message} Baselines and calibration that need it are left out; name the files with --train and --valid");
            return (train ?? [], valid ?? []);
        }
    }
}
