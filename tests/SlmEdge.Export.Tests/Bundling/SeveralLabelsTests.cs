using System.Text.Json;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Runs;

namespace SlmEdge.Export.Tests.Bundling;

/// <summary>Tasks whose texts have several labels, from their rows to the decisions of a device.</summary>
public sealed class SeveralLabelsTests
{
    [SkippableFact]
    public async Task Real_work_orders_with_several_labels_are_trained_proven_and_decided()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        (string train, string test) = WorkOrders(folder);
        TaskDefinition task = TaskTemplate.FromFile(train, name: "work-order-content", instruction: "Say what this maintenance work order speaks of.", multiLabel: true).Task;
        task.Labels.Select(label => label.Name).ShouldBe(["Activity", "PhysicalObject", "Process", "Property", "State"]);
        string run = Train(folder, task, train, Repository.EdgeNano);

        double threshold = RunRecord.Load(run).LabelThreshold.ShouldNotBeNull();
        SeveralLabelsResult evaluated = SeveralLabelsEvaluation.Run(new EvaluationOptions
        {
            BaseDirectory = Repository.EdgeNano, AdapterDirectory = RunDirectory.AdapterPath(run), Task = task, DataFile = test, TrainFile = train, Threads = 1,
        });
        evaluated.LabelThreshold.ShouldBe(threshold);
        evaluated.MicroF1Interval.Low.ShouldBeLessThanOrEqualTo(evaluated.MicroF1);

        // What is said about every text alike has to be beaten, else nothing was learned.
        LabelledText[] rows = [.. LabelledTextReader.Read(test, task)];
        int[][] truth = [.. rows.Select(row => row.Labels.Select(task.IndexOf).ToArray())];
        int[] frequent = truth.GroupBy(set => string.Join(',', set.Order())).MaxBy(group => group.Count())!.First();
        double always = ClassificationReport.ComputeSets(truth, [.. truth.Select(_ => frequent)], Names(task)).MicroF1!.Value;
        evaluated.MicroF1.ShouldBeGreaterThan(always + 0.05);

        BundleOutcome bundle = new BundleBuilder(new BundleRequest
        {
            RunDirectory = run, DataFile = test, OutputPath = folder.At("x.slmb"), Gguf = [GgufQuantization.Q8_0], Threads = 1,
        }).Build();
        bundle.Manifest.Calibration.LabelThreshold.ShouldBe(threshold);
        bundle.Proof.Reference.Report.MicroF1!.Value.ShouldBe(evaluated.MicroF1, 1e-6);
        bundle.Proof.Baselines.Count.ShouldBe(2);
        File.ReadAllText(bundle.ReportPath).ShouldContain("micro-F1");
        BundleVerifier.Verify(folder.At("x.slmb"), test, new ReaderOptions(), TrainedRun.Open(run), threads: 1).Passed.ShouldBeTrue();

        using var runtime = SlmRuntime.Open(folder.At("x.slmb"), new RuntimeOptions { Threads = 1, CacheDirectory = folder.At("cache") });
        (runtime.Drift?.LabelCount ?? 0).ShouldBe(0, "several labels of a text are compared with nothing");
        var decisions = await runtime.Classifier.ClassifyAsync([.. rows.Select(row => row.Text)]);
        int[][] given = [.. decisions.Select(decision => decision.Labels!.Select(label => task.IndexOf(label.Label)).ToArray())];
        given.ShouldContain(set => set.Length > 1);
        double device = ClassificationReport.ComputeSets(truth, given, Names(task)).MicroF1!.Value;
        device.ShouldBe(bundle.Proof.Recommended!.Report.MicroF1!.Value, 0.01);
    }

    [SkippableFact]
    public void Two_labels_of_a_text_share_its_probability_and_labels_by_name_are_learned_too()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string train = Pairs(folder.At("train.jsonl"), 120, seed: 2);
        string test = Pairs(folder.At("test.jsonl"), 40, seed: 3);
        foreach (Verbalizer verbalizer in new[] { Verbalizer.Code, Verbalizer.Name })
        {
            TaskDefinition task = TaskTemplate.FromFile(train, multiLabel: true).Task;
            task = task with { Prompt = task.Prompt with { Verbalizer = verbalizer } };
            string place = verbalizer.ToString();
            string run = Train(folder, task, train, TinyModel.Write(folder.At(place, "base"), TinyModel.Config(hidden: 64, layers: 2), seed: 1), place, epochs: 12);
            SeveralLabelsResult result = SeveralLabelsEvaluation.Run(new EvaluationOptions
            {
                BaseDirectory = folder.At(place, "base"), AdapterDirectory = RunDirectory.AdapterPath(run), Task = task, DataFile = test, Threads = 1,
            });
            result.SubsetAccuracy.ShouldBeGreaterThan(0.8, $"by {verbalizer}");

            // Texts with two labels give each about a half, those with one all: the threshold lies below a half.
            result.LabelThreshold.ShouldBeInRange(0.01, 0.5);
        }
    }

    [Fact]
    public void A_threshold_that_nobody_knows_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        TaskDefinition task = TaskDefinition.FromLabels("x", "i", ["a", "b"]) with { Decision = new DecisionOptions { MultiLabel = true } };
        Should.Throw<TrainingException>(() => SeveralLabelsEvaluation.Run(new EvaluationOptions { BaseDirectory = folder.At("base"), Task = task, DataFile = folder.At("rows.jsonl") }))
            .Message.ShouldContain("--label-threshold");
    }

    [Fact]
    public void The_baseline_gives_several_labels_too()
    {
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => (i % 3) switch { 0 => $"pump {i}", 1 => $"battery {i}", _ => $"pump and battery {i}" })];
        int[][] sets = [.. Enumerable.Range(0, 60).Select(i => (i % 3) switch { 0 => new[] { 0 }, 1 => [1], _ => [0, 1] })];
        SeveralLabelsBaseline baseline = SeveralLabelsBaseline.Train(texts, sets, 2);
        baseline.Predict("pump 99").ShouldBe([0]);
        baseline.Predict("pump and battery 99").ShouldBe([0, 1]);
    }

    private static string[] Names(TaskDefinition task) => [.. task.Labels.Select(label => label.Name)];

    private static string Train(TemporaryFolder folder, TaskDefinition task, string train, string baseDirectory, string place = "edge", int epochs = 2)
    {
        string run = folder.At(place, "run");
        new SftTrainer(new SftOptions
        {
            BaseDirectory = baseDirectory,
            Task = task,
            TrainFile = train,
            Method = FineTuningMethod.Lora,
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            OutputDirectory = run,
            Epochs = epochs,
            LearningRate = 1e-2,
            Patience = 0,
            BatchSize = 16,
            Threads = 1,
        }).Run();
        return run;
    }

    /// <summary>MaintIE's work orders, each with the kinds of things that its annotators found in it; every fifth is held out.</summary>
    private static (string Train, string Test) WorkOrders(TemporaryFolder folder)
    {
        using JsonDocument gold = JsonDocument.Parse(File.ReadAllText(SharedData.Require("data/maintie/gold_release.json")));
        string[] rows = [.. gold.RootElement.EnumerateArray().Where(order => order.GetProperty("entities").GetArrayLength() > 0).Select(order => JsonSerializer.Serialize(new
        {
            text = order.GetProperty("text").GetString(),
            label = order.GetProperty("entities").EnumerateArray().Select(entity => entity.GetProperty("type").GetString()!.Split('/')[0]).Distinct().Order(StringComparer.Ordinal),
        }))];
        Directory.CreateDirectory(folder.At("edge"));
        File.WriteAllLines(folder.At("train.jsonl"), rows.Where((_, i) => i % 5 != 0));
        File.WriteAllLines(folder.At("test.jsonl"), rows.Where((_, i) => i % 5 == 0));
        return (folder.At("train.jsonl"), folder.At("test.jsonl"));
    }

    private static string Pairs(string path, int count, int seed)
    {
        var random = new Random(seed);
        string[] before = ["replace", "check", "repair", "worn"];
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i =>
        {
            string[] words = [.. TrainedTinyRun.Words.Where((_, word) => word == i % 3 || (i % 2 == 0 && word == (i + 1) % 3))];
            return JsonSerializer.Serialize(new { text = $"{before[random.Next(4)]} {string.Join(" and ", words)} {i % 7}", label = words });
        }));
        return path;
    }
}
