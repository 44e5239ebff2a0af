using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Writing;

/// <summary>Opens a bundle that writes text as a device would, lets its files answer given rows, and compares with what its manifest says.</summary>
public static class WritingBundleVerifier
{
    private const double Tolerance = 0.005;

    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a folder.</param>
    /// <param name="dataFile">Rows with wanted answers.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="run">The run that the bundle was made of, to compare every answer with; or null.</param>
    /// <param name="trustedKeyFile">PEM file with a public key that must have signed the bundle, or null.</param>
    /// <param name="hostPath">For an adapter that ships alone, the bundle with its base; else null.</param>
    /// <param name="threads">Threads of the engines; 0 leaves the choice to them.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="ct">Stops between two tokens.</param>
    /// <exception cref="BundleException">The bundle is damaged, or not signed by the key.</exception>
    /// <exception cref="ExportException">An adapter has no base, or another prompt is rendered than the tested one.</exception>
    public static WritingVerification Verify(
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
        BundleManifest manifest = bundle.Manifest;
        string prompt = manifest.PromptSha256 ?? throw new BundleException("does not say how its prompts were rendered; export it again", bundlePath);
        IReadOnlyList<StageDefinition> stages = ShippedStages.Of(bundle, host, threads);
        IReadOnlyList<WritingRow> rows = WritingRows.Read(dataFile, manifest.Task, columns);
        string? template = run is null ? null : BaseChatTemplate.Load(run.BaseDirectory);
        var scorer = new WritingStageScorer(manifest.Task, rows, prompt, template);
        WritingStageResult? reference = run is null ? null : scorer.Score(BundleVerifier.ReferenceStage(run, threads), null, progress, ct);
        bool comparable = manifest.Scores.All(score => score.Examples == rows.Count);
        var files = new List<WritingCheck>();
        foreach (StageDefinition stage in stages)
        {
            WritingStageResult now = scorer.Score(stage, reference, progress, ct);
            StageScore? stored = manifest.Scores.FirstOrDefault(score => score.Stage == stage.Stage);
            bool agrees = stored is null || !comparable || (Math.Abs(stored.Accuracy - now.ExactMatch) <= Tolerance && Math.Abs(stored.MacroF1 - now.Score) <= Tolerance);
            files.Add(new WritingCheck(now, stored, agrees));
        }

        return new WritingVerification(manifest, bundle.Signature, reference, files, comparable, FailedGolden(manifest, stages, prompt, ct));
    }

    private static IReadOnlyList<GoldenExample> FailedGolden(BundleManifest manifest, IReadOnlyList<StageDefinition> stages, string prompt, CancellationToken ct)
    {
        if (manifest.Golden.Count == 0 || ShippedStages.Recommended(manifest, stages) is not { } stage)
        {
            return [];
        }

        IReadOnlyList<WritingRow> rows = [.. manifest.Golden.Select(golden => WritingRows.Of(manifest.Task, golden))];
        WritingStageResult written = new WritingStageScorer(manifest.Task, rows, prompt, null).Score(stage, null, null, ct);
        return [.. manifest.Golden.Where((golden, row) => !written.Ended[row] || written.Answers[row] != golden.Label)];
    }
}
