using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Writing;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Data;

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
        if (kind == "generate")
        {
            // So many rows say something about texts to come.
            string[] lines = File.ReadAllLines(folder.At("train.jsonl"));
            File.WriteAllLines(folder.At("train.jsonl"), lines.Concat(lines).Take(60));
        }

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

        await CompareAsync(kind, outcome, folder);
        Directory.EnumerateFileSystemEntries(folder.At("out")).Select(Path.GetFileName).Order().ShouldBe(["x.report.html", "x.slmb"]);
        (manifest.Requires?.SlmEdge, manifest.Requires?.Llama).ShouldBe((BundleRequirements.ReadableSince, "0.5.0"));
        manifest.Requires!.Onnx.ShouldNotBeNull();
        string report = File.ReadAllText(outcome.ReportPath);
        report.ShouldContain("recommended");
        report.ShouldNotContain("<script");
        report.ShouldNotContain("http");
        report.ShouldNotContain("NaN");

        WritingVerification verification = WritingBundleVerifier.Verify(outcome.OutputPath, request.DataFile, new ReaderOptions(), TrainedRun.OpenWriting(run), threads: 1);
        verification.Passed.ShouldBeTrue();
        verification.ComparedRows.ShouldBeTrue();
        verification.Files.Select(file => file.Now.Definition.Stage).ShouldBe(["gguf f32", "onnx fp32"]);
        verification.Files.ShouldAllBe(file => file.Stored != null && file.Now.Changed == 0);
    }

    [SkippableFact]
    public void A_bundle_whose_scores_or_golden_answers_are_not_its_files_does_not_pass()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        (_, string run) = WritingRun.Create(folder, "generate", epochs: 30);
        WritingBundleOutcome outcome = new WritingBundleBuilder(new BundleRequest
        {
            RunDirectory = run,
            DataFile = folder.At("train.jsonl"),
            Gguf = [GgufQuantization.F32],
            OutputPath = folder.At("x"),
            Limits = new ProofLimits(100),
            MaxKl = 10,
            Threads = 1,
        }).Build();
        BundleManifest manifest = outcome.Manifest;
        var changed = new BundleWriter(manifest with
        {
            Scores = [.. manifest.Scores.Select(score => score with { MacroF1 = score.MacroF1 > 0.5 ? 0.25 : 0.75 })],
            Golden = [.. manifest.Golden.Select((golden, i) => i == 0 ? golden with { Label = "something else" } : golden)],
        });
        foreach (BundleFile file in manifest.Files)
        {
            changed.AddFile(file.Path, folder.At("x", file.Path), file.Role);
        }

        changed.Write(folder.At("y"));
        WritingVerification verification = WritingBundleVerifier.Verify(folder.At("y"), folder.At("train.jsonl"), new ReaderOptions(), threads: 1);
        verification.Passed.ShouldBeFalse();
        verification.Files.ShouldHaveSingleItem().Agrees.ShouldBeFalse();
        verification.FailedGolden.ShouldHaveSingleItem().Label.ShouldBe("something else");
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

    /// <summary>A device that is asked the held-out texts reads and writes as many tokens as the reference has.</summary>
    private static async Task CompareAsync(string kind, WritingBundleOutcome outcome, TemporaryFolder folder)
    {
        using SlmRuntime runtime = SlmRuntime.Open(outcome.OutputPath, new RuntimeOptions { Threads = 1, CacheDirectory = folder.At("cache") });
        if (kind != "generate")
        {
            runtime.Drift.ShouldBeNull();
            outcome.Warnings.Any(warning => warning.Contains("too few to compare", StringComparison.Ordinal)).ShouldBe(kind == "extract");
            return;
        }

        runtime.Drift!.Rows.ShouldBe(60);
        var monitor = new DriftMonitor(runtime.Drift);
        var answers = new List<DriftAnswer>();
        foreach (WritingRow row in WritingRows.Read(folder.At("train.jsonl"), outcome.Manifest.Task, new ReaderOptions()))
        {
            GeneratedText answer = await runtime.Generator.GenerateAsync(row.Text!);
            answers.Add(new DriftAnswer(answer.TextTokens!, answer.FinishReason == FinishReason.Length ? null : answer.Usage.AnswerTokens, answer.FinishReason == FinishReason.Length));
        }

        Enumerable.Range(0, 9).SelectMany(_ => answers).SelectMany(monitor.Add).ShouldBeEmpty();
        IReadOnlyList<DriftReading> readings = monitor.Read().Readings;
        readings.Single(reading => reading.Statistic == DriftStatistic.Length).Value.ShouldBeLessThan(0.5);
        readings.SingleOrDefault(reading => reading.Statistic == DriftStatistic.AnswerLength)?.Value.ShouldBeLessThan(0.5);
    }
}
