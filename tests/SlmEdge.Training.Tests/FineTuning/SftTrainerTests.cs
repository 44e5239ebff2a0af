using System.Text.Json;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Formats.Families;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Tests.FineTuning;

public sealed class SftTrainerTests
{
    private static readonly string[] Labels = ["Hydraulic", "Engine", "Brake"];

    [Theory]
    [InlineData(FineTuningMethod.Lora)]
    [InlineData(FineTuningMethod.Qlora)]
    [InlineData(FineTuningMethod.Full)]
    public void A_separable_task_is_learned_and_scores_the_same_when_loaded_again(FineTuningMethod method)
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Method = method };
        var result = new SftTrainer(options).Run();
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.95);

        var record = RunRecord.Load(options.OutputDirectory);
        record.Codes!.Count.ShouldBe(Labels.Length);
        var evaluation = ModelEvaluation.Run(new EvaluationOptions
        {
            BaseDirectory = method == FineTuningMethod.Full ? result.ArtifactDirectory : options.BaseDirectory,
            AdapterDirectory = method == FineTuningMethod.Full ? null : result.ArtifactDirectory,
            Task = options.Task,
            DataFile = options.ValidationFile!,
        });
        evaluation.Result.Accuracy.ShouldBeGreaterThan(0.9);
    }

    [Theory]
    [InlineData("mistral", FineTuningMethod.Lora)]
    [InlineData("qwen2", FineTuningMethod.Qlora)]
    [InlineData("qwen2", FineTuningMethod.Full)]
    [InlineData("qwen3", FineTuningMethod.Qlora)]
    [InlineData("qwen3", FineTuningMethod.Full)]
    [InlineData("phi3", FineTuningMethod.Qlora)]
    [InlineData("phi3", FineTuningMethod.Full)]
    [InlineData("gemma2", FineTuningMethod.Qlora)]
    [InlineData("gemma2", FineTuningMethod.Full)]
    [InlineData("gemma3_text", FineTuningMethod.Lora)]
    [InlineData("gemma3_text", FineTuningMethod.Full)]
    [InlineData("stablelm", FineTuningMethod.Qlora)]
    [InlineData("stablelm", FineTuningMethod.Full)]
    public void A_model_of_another_family_is_learned_and_scores_the_same_when_loaded_again(string family, FineTuningMethod method)
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Method = method, BaseDirectory = TinyModels.WriteBase(place, name: family, family: ModelFamilies.Find(family)) };
        var result = new SftTrainer(options).Run();
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.9);
        var full = method == FineTuningMethod.Full;
        var evaluation = ModelEvaluation.Run(new EvaluationOptions
        {
            BaseDirectory = full ? result.ArtifactDirectory : options.BaseDirectory,
            AdapterDirectory = full ? null : result.ArtifactDirectory,
            Task = options.Task,
            DataFile = options.ValidationFile!,
        });

        // An NF4 base is scored from its unquantised weights here, so single decisions may differ.
        evaluation.Result.Accuracy.ShouldBe(result.ValidationAccuracy.Value, method == FineTuningMethod.Qlora ? 0.1 : 1e-9);
    }

    [Fact]
    public void A_rank_stabilised_LoRA_plus_run_learns_and_resumes_bit_for_bit()
    {
        using var place = new TemporaryDirectory();
        var whole = Options(place, "whole") with
        {
            Optimizer = OptimizerKind.AdamW,
            LoraPlusRatio = 4,
            LearningRate = 2e-3,
            Lora = new LoraConfig(8, 8, 0.05, [LoraConfig.AllLinear], RankStabilized: true),
            Schedule = ScheduleShape.Linear,
            EvaluateEvery = 5,
            Patience = 0,
        };
        var result = new SftTrainer(whole).Run();
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.9);
        AdapterDirectory.ReadSettings(result.ArtifactDirectory).UseRslora.ShouldBeTrue();

        using var stop = new CancellationTokenSource();
        var parts = whole with { OutputDirectory = place.At("parts") };
        Should.Throw<OperationCanceledException>(() => new SftTrainer(parts).Run(new Recorder(step => Cancel(step, stop)), cancellationToken: stop.Token));
        var resumed = new SftTrainer(parts with { Resume = true }).Run();
        const string File = "adapter_model.safetensors";
        System.IO.File.ReadAllBytes(Path.Combine(resumed.ArtifactDirectory, File)).ShouldBe(System.IO.File.ReadAllBytes(Path.Combine(result.ArtifactDirectory, File)));

        static void Cancel(TrainingStep step, CancellationTokenSource stop)
        {
            if (step.Step == 13)
            {
                stop.Cancel();
            }
        }
    }

    /// <summary>All weights of this model, because its adapters are too small for 8-bit state.</summary>
    [Fact]
    public void A_run_with_8_bit_optimiser_state_learns_and_resumes_bit_for_bit()
    {
        using var place = new TemporaryDirectory();
        var whole = Options(place, "whole") with
        {
            Method = FineTuningMethod.Full, Optimizer = OptimizerKind.AdamW8Bit, OffloadOptimizer = true, LearningRate = 2e-3, EvaluateEvery = 5, Patience = 0, Epochs = 6,
        };
        var messages = new List<string>();
        var result = new SftTrainer(whole).Run(message: messages.Add);
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.9);
        messages.ShouldContain(m => m.StartsWith("--offload-optimizer changes nothing here", StringComparison.Ordinal));
        messages.ShouldContain(m => m.StartsWith("Memory: about", StringComparison.Ordinal));

        using var stop = new CancellationTokenSource();
        var parts = whole with { OutputDirectory = place.At("parts") };
        Should.Throw<OperationCanceledException>(() => new SftTrainer(parts).Run(new Recorder(step => Stop(step, stop)), cancellationToken: stop.Token));
        var resumed = new SftTrainer(parts with { Resume = true }).Run();
        const string File = "model.safetensors";
        System.IO.File.ReadAllBytes(Path.Combine(resumed.ArtifactDirectory, File)).ShouldBe(System.IO.File.ReadAllBytes(Path.Combine(result.ArtifactDirectory, File)));

        static void Stop(TrainingStep step, CancellationTokenSource stop)
        {
            if (step.Step == 13)
            {
                stop.Cancel();
            }
        }
    }

    [Theory]
    [InlineData(FineTuningMethod.Lora)]
    [InlineData(FineTuningMethod.Qlora)]
    [InlineData(FineTuningMethod.Full)]
    public void Activations_computed_again_give_the_same_weights_bit_for_bit(FineTuningMethod method)
    {
        using var place = new TemporaryDirectory();
        var kept = Options(place, "kept") with { Method = method, Epochs = 2, LearningRate = 2e-3 };
        var first = new SftTrainer(kept).Run().ArtifactDirectory;
        var second = new SftTrainer(kept with { OutputDirectory = place.At("again"), ActivationCheckpointing = true }).Run().ArtifactDirectory;
        var file = method == FineTuningMethod.Full ? "model.safetensors" : "adapter_model.safetensors";
        File.ReadAllBytes(Path.Combine(second, file)).ShouldBe(File.ReadAllBytes(Path.Combine(first, file)));
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_named()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run");
        Refusal(options with { LoraPlusRatio = 16, Method = FineTuningMethod.Full, Optimizer = OptimizerKind.AdamW }).ShouldContain("--lora-plus-ratio");
        Refusal(options with { LoraPlusRatio = 16, Optimizer = OptimizerKind.Muon }).ShouldContain("--optimizer adamw");
        Refusal(options with { WarmupShare = 1 }).ShouldContain("--warmup-share");
        Refusal(options with { GradientClip = -1 }).ShouldContain("--gradient-clip");

        static string Refusal(SftOptions options) => Should.Throw<TrainingException>(() => new SftTrainer(options).Run()).Message;
    }

    [Fact]
    public void An_evaluation_says_how_sure_it_is_who_is_better_and_what_was_forgotten()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run");
        var adapter = new SftTrainer(options).Run().ArtifactDirectory;
        File.WriteAllLines(place.At("general.txt"), Enumerable.Range(0, 12).Select(i => $"the weather of day {i} was fair and the pump in the garden ran all the morning without a stop\n<|doc|>"));
        var evaluation = new EvaluationOptions
        {
            BaseDirectory = options.BaseDirectory,
            AdapterDirectory = adapter,
            Task = options.Task,
            DataFile = options.ValidationFile!,
            TrainFile = options.TrainFile,
            AgainstDirectory = options.BaseDirectory,
            GeneralFile = place.At("general.txt"),
        };
        var outcome = ModelEvaluation.Run(evaluation);
        var result = outcome.Result;
        result.Accuracy.ShouldBeInRange(result.AccuracyInterval.Low, result.AccuracyInterval.High);
        result.Reliability.Sum(bin => bin.Rows).ShouldBe(60);
        result.Rivals.Select(r => r.Name).ShouldBe(["base", "majority class", "TF-IDF + logistic regression"]);
        var untrained = result.Rivals[0];
        untrained.Comparison.PValue.ShouldBeLessThan(0.01);
        untrained.Accuracy.ShouldBe(ModelEvaluation.Run(evaluation with { AdapterDirectory = null, TrainFile = null, AgainstDirectory = null, GeneralFile = null }).Result.Accuracy);
        result.Rivals[1].Accuracy.ShouldBe(20 / 60.0, 1e-9);

        // The same text before and after nothing was trained: nothing is forgotten.
        var forgetting = result.Forgetting.ShouldNotBeNull();
        forgetting.PerplexityBefore.ShouldNotBe(forgetting.PerplexityAfter);
        forgetting.Samples.ShouldNotBeEmpty();
        var unchanged = ModelEvaluation.Run(evaluation with { AdapterDirectory = null, TrainFile = null }).Result.Forgetting.ShouldNotBeNull();
        unchanged.PerplexityAfter.ShouldBe(unchanged.PerplexityBefore);
        unchanged.PerplexityBefore.ShouldBe(forgetting.PerplexityBefore);
        unchanged.AgreeingTokens.ShouldBe(1);

        var html = EvaluationReport.Render(outcome);
        html.ShouldContain("TF-IDF + logistic regression");
        html.ShouldContain("What it has forgotten");
        html.ShouldNotContain("http");
        Should.Throw<TrainingException>(() => ModelEvaluation.Run(evaluation with { AdapterDirectory = null, AgainstDirectory = null })).Message.ShouldContain("--general");
    }

    [Fact]
    public void The_loss_of_a_text_is_that_of_its_logits()
    {
        using var place = new TemporaryDirectory();
        using var engine = TorchEngine.Open(Options(place, "run").BaseDirectory);
        int[] text = [3, 17, 40, 8, 8, 25, 99];
        var logits = engine.EvaluateLogits(text.AsSpan(0, 6));
        double expected = 0;
        for (var i = 0; i < 6; i++)
        {
            var row = logits.AsSpan(i * engine.VocabularySize, engine.VocabularySize).ToArray();
            expected += Math.Log(row.Sum(v => Math.Exp(v))) - row[text[i + 1]];
        }

        engine.NextTokenLoss(text).Loss.ShouldBe(expected, 1e-4);
    }

    [Theory]
    [InlineData(FineTuningMethod.Lora)]
    [InlineData(FineTuningMethod.Full)]
    public void A_run_that_was_stopped_and_resumed_equals_the_uninterrupted_one_bit_for_bit(FineTuningMethod method)
    {
        using var place = new TemporaryDirectory();
        var whole = Options(place, "whole") with { Method = method, Patience = 0 };
        new SftTrainer(whole).Run();

        using var stop = new CancellationTokenSource();
        var parts = whole with { OutputDirectory = place.At("parts") };
        Should.Throw<OperationCanceledException>(() => new SftTrainer(parts).Run(new Recorder(s =>
        {
            if (s.Step == 13)
            {
                stop.Cancel();
            }
        }), cancellationToken: stop.Token));
        Path.Exists(Path.Combine(parts.OutputDirectory, "adapter")).ShouldBeFalse();
        new SftTrainer(parts with { Resume = true }).Run();

        Artifact("parts").ShouldBe(Artifact("whole"));
        byte[] Artifact(string run) => File.ReadAllBytes(method == FineTuningMethod.Full
            ? Path.Combine(place.At(run), "model", "model.safetensors")
            : Path.Combine(place.At(run), "adapter", "adapter_model.safetensors"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_adapter_and_another_seed_another()
    {
        using var place = new TemporaryDirectory();
        new SftTrainer(Options(place, "a") with { Epochs = 1 }).Run();
        new SftTrainer(Options(place, "b") with { Epochs = 1 }).Run();
        new SftTrainer(Options(place, "c") with { Epochs = 1, Seed = 2 }).Run();
        Adapter("b").ShouldBe(Adapter("a"));
        Adapter("c").ShouldNotBe(Adapter("a"));
        byte[] Adapter(string run) => File.ReadAllBytes(Path.Combine(place.At(run), "adapter", "adapter_model.safetensors"));
    }

    [Fact]
    public void Early_stopping_keeps_the_best_weights()
    {
        using var place = new TemporaryDirectory();
        var result = new SftTrainer(Options(place, "run") with { Epochs = 60, Patience = 2 }).Run();
        result.StoppedEarly.ShouldBeTrue();
        result.BestStep.ShouldBeLessThan(result.Steps);
        var best = File.ReadLines(RunDirectory.MetricsPath(place.At("run")))
            .Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.TryGetProperty("validationAccuracy", out _))
            .Max(e => e.GetProperty("validationAccuracy").GetDouble());
        result.ValidationAccuracy.ShouldBe(best);
    }

    [Fact]
    public void A_row_that_does_not_fit_is_named()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run");
        File.AppendAllText(options.TrainFile, JsonSerializer.Serialize(new { text = string.Join(' ', Enumerable.Repeat("leak", 200)), label = Labels[0] }) + "\n");
        var error = Should.Throw<DataFormatException>(() => new SftTrainer(options).Run());
        error.Row.ShouldBe(121);
    }

    [Fact]
    public void A_learning_rate_that_diverges_stops_the_run_names_rows_and_leaves_no_adapter()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { LearningRate = 1e30, GradientClip = 0 };
        Should.Throw<TrainingException>(() => new SftTrainer(options).Run()).Message.ShouldContain("train.jsonl:");
        Path.Exists(Path.Combine(options.OutputDirectory, "adapter")).ShouldBeFalse();
    }

    [Fact]
    public void Weights_that_an_update_has_ruined_are_no_result()
    {
        // One update, whose loss and gradients are still finite; only the validation shows what it did.
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { LearningRate = 1e30, Epochs = 1, BatchSize = 120 };
        Should.Throw<TrainingException>(() => new SftTrainer(options).Run()).Message.ShouldContain("validation loss");
        Path.Exists(Path.Combine(options.OutputDirectory, "adapter")).ShouldBeFalse();
        Checkpoint.Exists(options.OutputDirectory).ShouldBeFalse();
    }

    [Fact]
    public void The_work_of_an_earlier_run_is_not_written_over()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Epochs = 1 };
        new SftTrainer(options).Run();
        var before = Contents(options.OutputDirectory);
        Should.Throw<TrainingException>(() => new SftTrainer(options with { Seed = 2 }).Run()).Message.ShouldContain("--resume");
        Should.Throw<TrainingException>(() => new SftTrainer(options with { Seed = 2, Resume = true }).Run()).Message.ShouldContain("other settings");
        Contents(options.OutputDirectory).ShouldBe(before);
        static string[] Contents(string run) =>
            [.. Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Order().Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];
    }

    private static SftOptions Options(TemporaryDirectory place, string run)
    {
        var baseDirectory = place.At("base");
        if (!System.IO.Directory.Exists(baseDirectory))
        {
            TinyModels.WriteBase(place);
            WriteRows(place.At("train.jsonl"), 120, 1);
            WriteRows(place.At("valid.jsonl"), 60, 2);
        }

        return new SftOptions
        {
            BaseDirectory = baseDirectory,
            Task = TaskDefinition.FromLabels("systems", "Name the system.", Labels),
            TrainFile = place.At("train.jsonl"),
            ValidationFile = place.At("valid.jsonl"),
            Method = FineTuningMethod.Lora,
            OutputDirectory = place.At(run),
            Lora = new LoraConfig(8, 16, 0.05, [LoraConfig.AllLinear]),
            Epochs = 12,
            BatchSize = 16,
            LearningRate = 5e-3,
            MaxLength = 128,
        };
    }

    private static void WriteRows(string path, int count, int seed)
    {
        string[][] words = [["pump leaks", "hose burst", "cylinder weeps"], ["runs hot", "no start", "smokes"], ["pads worn", "pedal soft", "drags"]];
        var random = new Random(seed);
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i =>
        {
            var label = i % Labels.Length;
            return JsonSerializer.Serialize(new { text = $"unit {random.Next(1000)} {words[label][random.Next(3)]} {random.Next(100)}", label = Labels[label] });
        }));
    }

    private sealed class Recorder(Action<TrainingStep> action) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => action(value);
    }
}
