using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Export.Tests.Bundling;

public sealed class BundleBuilderTests
{
    [SkippableFact]
    public void A_LoRA_run_becomes_a_signed_bundle_whose_every_stage_was_scored_and_which_verifies()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Lora);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(folder.At("key.pem"), key.ExportECPrivateKeyPem());
        File.WriteAllText(folder.At("key.pub.pem"), key.ExportSubjectPublicKeyInfoPem());

        BundleOutcome outcome = new BundleBuilder(Request(folder, run) with { SigningKeyFile = folder.At("key.pem") }).Build();

        outcome.Proof.Stages.Select(stage => stage.Definition.Stage).ShouldBe(
            ["base", "adapter", "merged", "gguf f16", "gguf q8_0", "gguf base + adapter", "onnx fp32", "onnx int4"]);
        outcome.Proof.Reference.Definition.Stage.ShouldBe("adapter");
        outcome.Proof.Reference.Report.Accuracy.ShouldBeGreaterThan(0.8, "the run has to have learnt, or the rest proves nothing");
        StageResult Stage(string name) => outcome.Proof.Stages.Single(stage => stage.Definition.Stage == name);
        Stage("merged").ChangedDecisions.ShouldBe(0);
        Stage("onnx fp32").ChangedDecisions.ShouldBe(0);
        Stage("merged").MeanKl!.Value.ShouldBeLessThan(1e-6);
        Stage("base").Report.Accuracy.ShouldBeLessThan(Stage("adapter").Report.Accuracy);
        outcome.Proof.Baselines.Select(baseline => baseline.Name).ShouldBe(["majority class", "TF-IDF + logistic regression"]);

        BundleManifest manifest = outcome.Manifest;
        manifest.Files.Select(file => file.Path).ShouldBeSubsetOf(
            ["task.json", "report.html", "gguf/model-f16.gguf", "gguf/model-q8_0.gguf", "onnx/model.onnx", "onnx/model.onnx.data", "onnx/genai_config.json", "onnx/config.json",
             "onnx/tokenizer.json", "onnx/tokenizer_config.json", "onnx/generation_config.json", "onnx/tokenizer.gguf", "onnx-int4/model.onnx", "onnx-int4/model.onnx.data",
             "onnx-int4/genai_config.json", "onnx-int4/config.json", "onnx-int4/tokenizer.json", "onnx-int4/tokenizer_config.json", "onnx-int4/generation_config.json", "onnx-int4/tokenizer.gguf"]);
        manifest.Scores.Count.ShouldBe(10);
        manifest.Golden.Count.ShouldBe(3, "one for each label");
        manifest.Codes.Count.ShouldBe(3);
        manifest.Recommended.ShouldNotBeNull();

        BundleVerification verification = BundleVerifier.Verify(
            outcome.OutputPath, run.TestFile, new ReaderOptions(), TrainedRun.Open(run.Directory), folder.At("key.pub.pem"), threads: 1);
        verification.Passed.ShouldBeTrue();
        verification.Signature.ShouldBe(BundleSignatureState.Trusted);
        verification.Files.Count.ShouldBe(4);
        verification.Files.ShouldAllBe(file => file.Stored != null && file.Agrees);

        Directory.EnumerateFileSystemEntries(folder.At("out")).Select(Path.GetFileName).ShouldBe(["x.report.html", "x.slmb"], ignoreOrder: true);
    }

    [SkippableFact]
    public void A_full_run_is_compared_with_the_fine_tuned_model()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Full);
        string valid = TrainedTinyRun.Rows(folder.At("valid.jsonl"), 90, seed: 4);
        BundleOutcome outcome = new BundleBuilder(Request(folder, run) with { Onnx = [], ValidationFile = valid, OutputPath = folder.At("out", "folder") }).Build();
        outcome.Proof.Stages.Select(stage => stage.Definition.Stage).ShouldBe(["base", "fine-tuned", "gguf f16", "gguf q8_0"]);
        outcome.Proof.Reference.Definition.Stage.ShouldBe("fine-tuned");
        File.Exists(folder.At("out", "folder", "bundle.json")).ShouldBeTrue();

        // What a device compares its texts with is signed for like all the rest.
        outcome.Manifest.Files.ShouldContain(file => file.Path == "drift.json" && file.Role == BundleFileRole.Reference && file.Size < 32 * 1024);
        using Bundle bundle = Bundle.Open(outcome.OutputPath);
        DriftReference reference = bundle.ReadDriftReference()!;
        reference.Rows.ShouldBe(90);
        reference.LabelCount.ShouldBe(3);
        reference.Accuracy.ShouldNotBeNull().ShouldBeGreaterThan(0.8);
        reference.FalseAlarms.Observed.ShouldBeLessThanOrEqualTo(reference.FalseAlarms.Rate);
    }

    [SkippableFact]
    public void A_run_whose_base_has_changed_is_refused_and_nothing_is_written()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Lora);
        string other = TinyModel.Write(folder.At("other"), TinyModel.Config(hidden: 64, layers: 1), seed: 99);
        Should.Throw<ExportException>(() => new BundleBuilder(Request(folder, run) with { BaseDirectory = other }).Build()).Message.ShouldContain("--base");
        Directory.Exists(folder.At("out")).ShouldBeFalse();

        File.AppendAllText(Path.Combine(run.Directory, "adapter", "adapter_config.json"), " broken");
        Should.Throw<Exception>(() => new BundleBuilder(Request(folder, run)).Build()).Message.ShouldContain("adapter_config.json");
        Directory.EnumerateFileSystemEntries(folder.At("out")).ShouldBeEmpty();
    }

    private static BundleRequest Request(TemporaryFolder folder, TrainedTinyRun run) => new()
    {
        RunDirectory = run.Directory,
        DataFile = run.TestFile,
        Gguf = [GgufQuantization.F16, GgufQuantization.Q8_0],
        Onnx = [OnnxPrecision.Fp32, OnnxPrecision.Int4],
        OutputPath = folder.At("out", "x.slmb"),
        Limits = new ProofLimits(MaxLossPoints: 10),
        Threads = 1,
    };
}
