using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Bundling;

/// <summary>Opens a bundle as a device would, scores its files on given rows, and compares with what its manifest says.</summary>
public static class BundleVerifier
{
    private const double AccuracyTolerance = 0.005;

    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a folder.</param>
    /// <param name="dataFile">Labelled rows.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="run">The run that the bundle was made of, to compare every decision with; or null.</param>
    /// <param name="trustedKeyFile">PEM file with a public key that must have signed the bundle, or null.</param>
    /// <param name="hostPath">For an adapter that ships alone, the bundle with its base; else null.</param>
    /// <param name="threads">Threads of the engines; 0 leaves the choice to them.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="ct">Stops between two evaluations.</param>
    /// <exception cref="BundleException">The bundle is damaged, or not signed by the key.</exception>
    /// <exception cref="ExportException">An adapter has no base, or another prompt is rendered than the tested one.</exception>
    public static BundleVerification Verify(
        string bundlePath,
        string dataFile,
        ReaderOptions columns,
        TrainedRun? run = null,
        string? trustedKeyFile = null,
        string? hostPath = null,
        int threads = 0,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default)
    {
        using ECDsa? key = SigningKey.Read(trustedKeyFile);
        using Bundle bundle = ShippedStages.OpenChecked(bundlePath, new BundleOptions { TrustedKeys = key is null ? [] : [key] });
        using Bundle? host = hostPath is null ? null : ShippedStages.OpenChecked(hostPath, new BundleOptions());
        IReadOnlyList<StageDefinition> stages = ShippedStages.Of(bundle, host, threads);
        BundleManifest manifest = bundle.Manifest;
        EvaluationSet data = EvaluationSet.Create(dataFile, LabelledTextReader.Read(dataFile, manifest.Task, columns), manifest.Task);
        var verifier = new StageVerifier(manifest.Task, manifest.Codes, data, manifest.PromptSha256, manifest.Calibration.LabelThreshold);
        StageResult? reference = run is null
            ? null
            : new StageVerifier(run.Task, run.Record.Codes, data, run.Record.PromptSha256, run.Record.LabelThreshold).Score(ReferenceStage(run, threads), null, progress, ct);
        bool comparable = manifest.Scores.All(score => score.Examples == data.Texts.Count);

        var files = new List<BundleCheck>();
        foreach (StageDefinition stage in stages)
        {
            StageResult now = verifier.Score(stage, reference, progress, ct);
            StageScore? stored = manifest.Scores.FirstOrDefault(score => score.Stage == stage.Stage);
            bool agrees = stored is null || !comparable || Math.Abs(stored.Accuracy - now.Report.Accuracy) <= AccuracyTolerance;
            files.Add(new BundleCheck(now, stored, agrees));
        }

        return new BundleVerification(manifest, bundle.Signature, reference, files, comparable, FailedGolden(manifest, stages, ct));
    }

    private static IReadOnlyList<GoldenExample> FailedGolden(BundleManifest manifest, IReadOnlyList<StageDefinition> stages, CancellationToken ct)
    {
        if (manifest.Golden.Count == 0 || ShippedStages.Recommended(manifest, stages) is not { } stage)
        {
            return [];
        }

        TaskDefinition task = manifest.Task;
        EvaluationSet data = EvaluationSet.Create(
            "golden examples", [.. manifest.Golden.Select((golden, i) => new LabelledText(golden.Text, golden.Label, BundleManifest.FileName, i + 1))], task);
        StageResult result = new StageVerifier(task, manifest.Codes, data, manifest.PromptSha256, manifest.Calibration.LabelThreshold).Score(stage, null, null, ct);
        int labels = task.Labels.Count;
        var failed = new List<GoldenExample>();
        for (int row = 0; row < manifest.Golden.Count; row++)
        {
            Span<float> scores = result.LogProbs.AsSpan(row * labels, labels);
            LabelScores.ApplyTemperature(scores, manifest.Calibration.Temperature);
            GoldenExample golden = manifest.Golden[row];
            bool same = result.Predicted[row] == data.Labels[row] && Math.Abs(Math.Exp(scores[result.Predicted[row]]) - golden.Probability) <= golden.Tolerance;
            if (!same)
            {
                failed.Add(golden);
            }
        }

        return failed;
    }

    /// <summary>The trained model as it was trained.</summary>
    internal static StageDefinition ReferenceStage(TrainedRun run, int threads)
    {
        string model = run.ModelDirectory ?? run.BaseDirectory;
        return new StageDefinition(run.AdapterDirectory is null ? StageNames.FineTuned : StageNames.Adapter, "libtorch", "fp32", 0, null, () =>
        {
            BaseTokenizer tokenizer = BaseTokenizer.Open(model);
            return new StageEngine(TorchEngine.Open(model, run.AdapterDirectory, threads), tokenizer, tokenizer);
        });
    }
}
