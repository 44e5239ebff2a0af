using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Writing;
using SlmEdge.Runtime;

namespace SlmEdge.Export.Tests.Writing;

public sealed class WritingBundleBuilderTests
{
    [SkippableTheory]
    [InlineData("extract")]
    [InlineData("generate")]
    [InlineData("chat")]
    public async Task A_run_that_writes_becomes_a_bundle_whose_golden_texts_a_device_writes_again(string kind)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        (_, string run) = WritingRun.Create(folder, kind, epochs: 30);
        Directory.CreateDirectory(folder.At("out"));
        var request = new BundleRequest
        {
            RunDirectory = run,
            DataFile = folder.At("train.jsonl"),
            Gguf = [GgufQuantization.F32],
            Onnx = [OnnxPrecision.Fp32],
            OutputPath = folder.At("out", "x.slmb"),
            Limits = new ProofLimits(100),
            MaxKl = 10,
            Threads = 1,
        };
        TrainedRun.Writes(run).ShouldBeTrue();
        WritingBundleOutcome outcome = new WritingBundleBuilder(request).Build();
        outcome.Stages.Select(stage => stage.Definition.Stage).ShouldBe(["base", "adapter", "merged", "gguf f32", "gguf base + adapter", "onnx fp32"]);
        outcome.Reference.Definition.Stage.ShouldBe("adapter");
        outcome.Reference.Score.ShouldBeGreaterThan(outcome.Stages[0].Score, "the run has to have learnt, or the rest proves nothing");
        foreach (string exact in new[] { "merged", "gguf f32", "onnx fp32" })
        {
            outcome.Stages.Single(stage => stage.Definition.Stage == exact).Changed.ShouldBe(0);
        }

        BundleManifest manifest = outcome.Manifest;
        manifest.Scores.Count.ShouldBe(6);
        manifest.Golden.Count.ShouldBeGreaterThan(0, string.Join(" | ", outcome.Reference.Answers.Zip(outcome.Reference.Ended).Take(4)));
        foreach (EngineChoice engine in new[] { EngineChoice.Llama, EngineChoice.Onnx })
        {
            using SlmRuntime runtime = SlmRuntime.Open(outcome.OutputPath, new RuntimeOptions { Engine = engine, Threads = 1, CacheDirectory = folder.At("cache") });
            (await runtime.VerifyGoldenAsync()).ShouldAllBe(result => result.Passed);
        }

        Directory.EnumerateFileSystemEntries(folder.At("out")).Select(Path.GetFileName).ShouldBe(["x.slmb"]);
    }

    [SkippableFact]
    public void A_file_that_loses_more_than_allowed_is_refused()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        (_, string run) = WritingRun.Create(folder, "generate");
        Directory.CreateDirectory(folder.At("out"));
        var request = new BundleRequest
        {
            RunDirectory = run,
            DataFile = folder.At("train.jsonl"),
            Gguf = [GgufQuantization.F32],
            OutputPath = folder.At("out", "x.slmb"),
            Limits = new ProofLimits(-1), // Nothing is a point better than what it was made of.
            MaxKl = 10,
            Threads = 1,
        };
        Should.Throw<ExportException>(() => new WritingBundleBuilder(request).Build()).Message.ShouldContain("'gguf f32' loses");
        Directory.EnumerateFileSystemEntries(folder.At("out")).ShouldBeEmpty();
    }
}
