using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Templates;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Writing;

/// <summary>
/// Exports a run of a task that writes text in every wanted form, lets every stage answer the same held-out rows, and packs the result with its scores.
/// </summary>
/// <param name="request">What is wanted. What belongs to labels (calibration, baselines) is not used.</param>
/// <param name="progress">Told about every step.</param>
public sealed class WritingBundleBuilder(BundleRequest request, IProgress<ExportProgress>? progress = null)
{
    private readonly List<string> _warnings = [];

    /// <summary>Builds the bundle. On failure or cancellation nothing is left under the final names.</summary>
    /// <param name="ct">Stops between two tensors or tokens.</param>
    /// <exception cref="ExportException">The run cannot be exported, or the export loses more than the limits allow.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public WritingBundleOutcome Build(CancellationToken ct = default)
    {
        request.Check();

        if (request.Smaller.Any)
        {
            throw new ExportException("--keep-layers and --trim-vocab are proven on labels so far; a run that writes text keeps its layers and tokens. Make the base smaller with 'slm-export merge' and train on that.");
        }

        using ECDsa? key = SigningKey.Read(request.SigningKeyFile);
        TrainedRun run = TrainedRun.OpenWriting(request.RunDirectory, request.BaseDirectory);
        IReadOnlyList<WritingRow> rows = WritingRows.Read(
            request.DataFile, run.Task, request.TextColumn is { } column ? run.Columns with { TextColumn = column } : run.Columns);
        string output = Path.GetFullPath(request.OutputPath);
        string work = Path.Combine(Path.GetDirectoryName(output)!, $".{Path.GetFileName(output)}.{Guid.NewGuid():N}.work");
        Directory.CreateDirectory(work);
        try
        {
            return Build(run, rows, output, work, key, ct);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private WritingBundleOutcome Build(TrainedRun run, IReadOnlyList<WritingRow> rows, string output, string work, ECDsa? key, CancellationToken ct)
    {
        string? template = BaseChatTemplate.Load(run.BaseDirectory);
        var scorer = new WritingStageScorer(
            run.Task, rows, run.Record.PromptSha256 ?? throw new ExportException($"The run '{run.Directory}' does not say how its prompts were rendered. Train it again."), template);
        var workshop = new StageWorkshop(run, work, request, progress, ct);
        (List<WritingStageResult> stages, WritingStageResult reference) = StageSeries.Score<WritingStageResult>(
            workshop.Stages(request.Gguf, request.Onnx, request.AsTrained), (stage, compared) => scorer.Score(stage, compared, progress, ct));
        WritingStageResult[] shipped = [.. stages.Where(stage => stage.Definition.File is not null)];
        Enforce(shipped, reference);
        double best = shipped.Max(stage => stage.Score);
        WritingStageResult recommended = shipped.Where(stage => 100 * (best - stage.Score) <= request.Limits.ToleranceOfBest).MaxBy(stage => stage.TextsPerSecond)!;
        IReadOnlyList<GoldenExample> golden = WritingGoldenExamples.Choose(run.Task, rows, reference, shipped);
        if (golden.Count == 0)
        {
            _warnings.Add("no held-out text is answered alike by all shipped files, so a device has no examples to check itself with");
        }

        var proof = new WritingProof(
            request.Name ?? run.Task.Name, run.Task, request.DataFile, [.. rows.Select(row => row.Text)], [.. rows.Select(row => row.Reference)], stages, reference, recommended, DateTime.UtcNow, ExportingMachine.Describe());
        string report = Path.Combine(work, "report.html");
        WritingProofReport.Write(proof, report);
        string task = Path.Combine(work, "task.json");
        File.WriteAllText(task, run.Task.ToJson());
        var writer = new BundleWriter(new BundleManifest
        {
            Requires = ShippedRequirements.Of(stages.Select(stage => stage.Definition)),
            Name = proof.Title,
            Version = request.Version,
            CreatedUtc = proof.CreatedUtc,
            Task = run.Task,
            Base = new BundleBase(Path.GetFileName(Path.TrimEndingDirectorySeparator(run.BaseDirectory)), run.Record.Base!.Sha256),
            TokenizerSha256 = run.Record.Base.TokenizerSha256,
            TemplateSha256 = template is null ? null : ChatTemplate.Parse(template).Sha256,
            PromptSha256 = run.Record.PromptSha256,
            Scores = [.. stages.Select(stage => stage.ToScore())],
            Golden = golden,
            Recommended = request.AdapterOnly ? null : new BundleRecommendation(recommended.Definition.Engine == "onnxruntime" ? "onnx" : "llama", recommended.Definition.File!),
        });
        writer.AddFile("task.json", task, BundleFileRole.Task);
        writer.AddFile("report.html", report, BundleFileRole.Report);
        if (run.Task.Kind != TaskKind.Chat)
        {
            AddReference(writer, run.Task, recommended, work, ct);
        }

        BundleBuilder.AddModels(writer, run, workshop, request);
        BundleManifest manifest = writer.Write(output, key);
        string reportPath = request.ReportPathFor(output);
        WritingProofReport.Write(proof, reportPath);
        return new WritingBundleOutcome(output, reportPath, manifest, stages, reference, recommended, _warnings) { Merging = workshop.Merging };
    }

    // The held-out rows choose and fit nothing in the model, and their answers are there.
    private void AddReference(BundleWriter writer, TaskDefinition task, WritingStageResult recommended, string work, CancellationToken ct)
    {
        if (WritingDrift.Reference(task, recommended, ct) is not { } reference)
        {
            _warnings.Add($"the held-out rows are too few to compare a device's texts with; at least {DriftReference.MinRows} of one text each are needed");
            return;
        }

        string path = Path.Combine(work, DriftReference.FileName);
        File.WriteAllBytes(path, reference.ToUtf8());
        writer.AddFile(DriftReference.FileName, path, BundleFileRole.Reference);
    }

    private void Enforce(IReadOnlyList<WritingStageResult> shipped, WritingStageResult reference)
    {
        string[] losses =
        [
            .. shipped.Where(stage => 100 * (reference.Score - stage.Score) > request.Limits.MaxLossPoints)
                .Select(stage => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{stage.Definition.Stage}' loses {100 * (reference.Score - stage.Score):F1} points (limit {request.Limits.MaxLossPoints:F1})")),
        ];
        if (losses.Length > 0 && !request.Force)
        {
            throw new ExportException($"No bundle was made: {string.Join("; ", losses)}. Leave that form out, raise --max-loss, or insist with --force.");
        }

        _warnings.AddRange(losses);
    }
}
