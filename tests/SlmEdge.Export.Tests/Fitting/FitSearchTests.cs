using SlmEdge.Export.Bundling;
using SlmEdge.Export.Fitting;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Export.Tests.Fitting;

public sealed class FitSearchTests
{
    [Fact]
    public void The_front_holds_what_none_beats_in_everything()
    {
        FitScore accurate = new(4, false, "q8_0", 0.95, 3, 100, 400);
        FitScore small = new(2, true, "q4_0", 0.90, 1, 300, 100);
        FitScore beaten = new(3, false, "q4_0", 0.90, 2, 300, 100);
        ParetoFront.Of([beaten, small, accurate]).ShouldBe([accurate, small]);
        ParetoFront.Of([small, small with { Format = "iq4_nl" }]).Count.ShouldBe(2, "equals do not beat each other");
    }

    [Theory]
    [InlineData(0.945, 2.0, 90, true)]
    [InlineData(0.944, 2.0, 90, false)]
    [InlineData(0.95, 2.1, 90, false)]
    [InlineData(0.95, 2.0, 101, false)]
    public void Every_limit_counts(double accuracy, double latency, long size, bool allowed) =>
        new FitLimits(MaxLatencyMs: 2, MaxSizeBytes: 100, MinAccuracy: 0.9, MaxLossPoints: 0.5)
            .Allow(new FitScore(1, false, "q8_0", accuracy, latency, 1, size), reference: 0.95).ShouldBe(allowed);

    [SkippableFact]
    public void A_search_chooses_on_validation_rows_goes_on_where_it_stopped_and_its_bundle_verifies()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string run = Train(folder);
        Directory.CreateDirectory(folder.At("out"));
        var request = new FitRequest
        {
            RunDirectory = run,
            OutputPath = folder.At("out", "x.slmb"),
            Limits = new FitLimits(MaxLossPoints: 20),
            Formats = ["q8_0", FitRequest.OnnxInt4],
            RecoverEpochs = 3,
            DataFile = TrainedTinyRun.Rows(folder.At("test.jsonl"), 60, seed: 3),
            Threads = 1,
        };
        using (var stop = new CancellationTokenSource())
        {
            var first = new FitSearch(request, null, _ => stop.Cancel(), stop.Token);
            Should.Throw<OperationCanceledException>(() => first.Run());
            File.ReadAllLines(Path.Combine(first.WorkDirectory, "scores.jsonl")).Length.ShouldBe(1);
            Should.Throw<ExportException>(() => new FitSearch(request with { RecoverEpochs = 2 }).Run()).Message.ShouldContain("--work");
        }

        var again = new List<FitScore>();
        FitOutcome outcome = new FitSearch(request, null, again.Add).Run();

        outcome.Scores.Count.ShouldBe(again.Count + 1, "the first score was kept");
        outcome.Scores.Select(score => score.Layers).Distinct().ShouldBe([2, 1], ignoreOrder: true);
        outcome.ReferenceAccuracy.ShouldBeGreaterThan(0.8, "the run has to have learnt, or the rest proves nothing");
        outcome.Best.ShouldNotBeNull();
        outcome.Best.Accuracy.ShouldBeGreaterThanOrEqualTo(outcome.ReferenceAccuracy - 0.2);
        outcome.Front.ShouldBeSubsetOf(outcome.Scores);
        File.ReadAllText(outcome.ReportPath).ShouldContain("<svg");
        Directory.Exists(Path.Combine(folder.Root, "out", "x.slmb.fit")).ShouldBeFalse();
        BundleVerifier.Verify(request.OutputPath, request.DataFile, new ReaderOptions(), TrainedRun.Open(run), threads: 1).Passed.ShouldBeTrue();
    }

    [SkippableFact]
    public void A_prompt_that_lists_the_labels_is_tried_without_them_and_the_bundle_is_asked_so()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string run = Train(folder, labelsInPrompt: true, method: FineTuningMethod.Full);
        Directory.CreateDirectory(folder.At("out"));
        var request = new FitRequest
        {
            RunDirectory = run,
            OutputPath = folder.At("out", "x.slmb"),
            Limits = new FitLimits(MaxLossPoints: 10),
            Formats = ["q8_0"],
            MinLayers = 2,
            RecoverEpochs = 4,
            DataFile = TrainedTinyRun.Rows(folder.At("test.jsonl"), 60, seed: 3),
            Threads = 1,
        };
        FitOutcome outcome = new FitSearch(request with { WorkDirectory = folder.At("work") }).Run();

        outcome.ReferenceAccuracy.ShouldBeGreaterThan(0.8, "the run has to have learnt, or the rest proves nothing");
        outcome.Scores.Select(score => score.ShortPrompt).Distinct().ShouldBe([false, true], ignoreOrder: true);
        FitScore best = outcome.Best.ShouldNotBeNull();
        outcome.Bundle!.Manifest.Task.Prompt.LabelsInPrompt.ShouldBe(!best.ShortPrompt);
        BundleVerifier.Verify(request.OutputPath, request.DataFile, new ReaderOptions(), TrainedRun.Open(run), threads: 1).Passed.ShouldBeTrue();

        FitOutcome kept = new FitSearch(request with { KeepPrompt = true, OutputPath = folder.At("out", "y.slmb") }).Run();
        kept.Scores.ShouldAllBe(score => !score.ShortPrompt);
        kept.Bundle!.Manifest.Task.Prompt.LabelsInPrompt.ShouldBeTrue();
    }

    [SkippableFact]
    public void Limits_that_nothing_keeps_to_give_the_front_and_no_bundle()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string run = Train(folder);
        Directory.CreateDirectory(folder.At("out"));
        FitOutcome outcome = new FitSearch(new FitRequest
        {
            RunDirectory = run, OutputPath = folder.At("out", "x.slmb"), Limits = new FitLimits(MaxSizeBytes: 1), Formats = ["q8_0"], MinLayers = 2, Threads = 1,
        }).Run();
        outcome.Best.ShouldBeNull();
        outcome.Bundle.ShouldBeNull();
        outcome.Front.ShouldNotBeEmpty();
        File.Exists(folder.At("out", "x.slmb")).ShouldBeFalse();
        File.ReadAllText(outcome.ReportPath).ShouldContain("No candidate");
    }

    [SkippableFact]
    public void A_run_with_fewer_layers_records_which_and_exports_as_any_other()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string run = Train(folder, keepLayers: 1);
        using (var record = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json"))))
        {
            System.Text.Json.JsonElement pruned = record.RootElement.GetProperty("settings").GetProperty("pruned");
            pruned.GetProperty("of").GetInt32().ShouldBe(2);
            pruned.GetProperty("kept").GetArrayLength().ShouldBe(1);
        }

        string moved = folder.At("moved");
        Directory.Move(run, moved);
        TrainedRun.Open(moved).BaseDirectory.ShouldBe(Path.Combine(moved, "base"));
    }

    private static string Train(TemporaryFolder folder, int? keepLayers = null, bool labelsInPrompt = false, FineTuningMethod method = FineTuningMethod.Lora)
    {
        string run = folder.At("run");
        new SftTrainer(new SftOptions
        {
            BaseDirectory = TinyModel.Write(folder.At("base"), TinyModel.Config(hidden: 64, layers: 2), seed: 1),
            Task = TaskDefinition.FromLabels("tiny", "Name the part.", TrainedTinyRun.Words) with { Prompt = new PromptOptions { LabelsInPrompt = labelsInPrompt } },
            TrainFile = TrainedTinyRun.Rows(folder.At("train.jsonl"), 90, seed: 2),
            Method = method,
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            OutputDirectory = run,
            KeepLayers = keepLayers,
            Epochs = 10,
            LearningRate = method == FineTuningMethod.Full ? 2e-3 : 1e-2,
            Patience = 0,
            BatchSize = 8,
            Threads = 1,
        }).Run();
        return run;
    }
}
