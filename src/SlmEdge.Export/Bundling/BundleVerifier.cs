using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Export.Onnx;
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
    /// <param name="threads">Threads of the engines; 0 leaves the choice to them.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="ct">Stops between two evaluations.</param>
    /// <exception cref="BundleException">The bundle is damaged, or not signed by the key.</exception>
    public static BundleVerification Verify(
        string bundlePath,
        string dataFile,
        ReaderOptions columns,
        TrainedRun? run = null,
        string? trustedKeyFile = null,
        int threads = 0,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default)
    {
        using ECDsa? key = SigningKey.Read(trustedKeyFile);
        var options = new BundleOptions { TrustedKeys = key is null ? [] : [key] };
        CheckContent(bundlePath, options);
        using Bundle bundle = Bundle.Open(bundlePath, options);
        BundleManifest manifest = bundle.Manifest;
        EvaluationSet data = EvaluationSet.Create(dataFile, LabelledTextReader.Read(dataFile, manifest.Task, columns), manifest.Task);
        var verifier = new StageVerifier(manifest.Task, manifest.Codes, data, manifest.PromptSha256, manifest.Calibration.LabelThreshold);
        StageResult? reference = run is null
            ? null
            : new StageVerifier(run.Task, run.Record.Codes, data, run.Record.PromptSha256, run.Record.LabelThreshold).Score(ReferenceStage(run, threads), null, progress, ct);
        bool comparable = manifest.Scores.All(score => score.Examples == data.Texts.Count);

        var files = new List<BundleCheck>();
        foreach (StageDefinition stage in Stages(bundle, threads))
        {
            StageResult now = verifier.Score(stage, reference, progress, ct);
            StageScore? stored = manifest.Scores.FirstOrDefault(score => score.Stage == stage.Stage);
            bool agrees = stored is null || !comparable || Math.Abs(stored.Accuracy - now.Report.Accuracy) <= AccuracyTolerance;
            files.Add(new BundleCheck(now, stored, agrees));
        }

        if (files.Count == 0)
        {
            throw new BundleException("has no model file", bundlePath);
        }

        return new BundleVerification(manifest, bundle.Signature, reference, files, comparable, FailedGolden(bundle, threads, ct));
    }

    /// <summary>Opening takes files that were unpacked before from the cache; what is to be verified is the bundle that was named.</summary>
    private static void CheckContent(string path, BundleOptions options)
    {
        foreach (BundleFileCheck check in Bundle.VerifyAll(path, options))
        {
            if (check.Problem is { } problem)
            {
                throw new BundleException(problem, path, check.File.Path);
            }
        }
    }

    private static IEnumerable<StageDefinition> Stages(Bundle bundle, int threads)
    {
        foreach (BundleFile file in bundle.GetFiles(BundleFileRole.Gguf))
        {
            string type = Path.GetFileNameWithoutExtension(file.Path).Split("model-")[^1];
            string? adapter = bundle.Manifest.FindAdapter(file.Path) is { } lora ? bundle.GetFilePath(lora.Path) : null;
            yield return StageWorkshop.GgufStage(StageNames.Gguf(type), type, bundle.GetFilePath(file.Path), file.Path, threads, adapter);
        }

        foreach (BundleFile file in bundle.GetFiles(BundleFileRole.Onnx).Where(file => Path.GetFileName(file.Path) == OnnxFileNames.Model))
        {
            string folder = Path.GetDirectoryName(bundle.GetFilePath(file.Path))!;
            string precision = PrecisionOf(bundle, file.Path);
            yield return StageWorkshop.OnnxStage(StageNames.Onnx(precision), precision, folder, file.Path, threads);
        }
    }

    /// <summary>The first ONNX folder does not carry its precision in its name; the scores say it.</summary>
    private static string PrecisionOf(Bundle bundle, string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (folder.StartsWith("onnx-", StringComparison.Ordinal))
        {
            return folder["onnx-".Length..];
        }

        var named = bundle.GetFiles(BundleFileRole.Onnx)
            .Select(file => Path.GetDirectoryName(file.Path)!)
            .Where(other => other.StartsWith("onnx-", StringComparison.Ordinal))
            .Select(other => other["onnx-".Length..]);
        return bundle.Manifest.Scores
            .Where(score => score.Engine == "onnxruntime")
            .Select(score => score.Precision)
            .Except(named, StringComparer.Ordinal)
            .FirstOrDefault() ?? "onnx";
    }

    private static IReadOnlyList<GoldenExample> FailedGolden(Bundle bundle, int threads, CancellationToken ct)
    {
        BundleManifest manifest = bundle.Manifest;
        if (manifest.Golden.Count == 0 || manifest.Recommended is null)
        {
            return [];
        }

        StageDefinition stage = Stages(bundle, threads).First(s => s.File == manifest.Recommended.File);
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
