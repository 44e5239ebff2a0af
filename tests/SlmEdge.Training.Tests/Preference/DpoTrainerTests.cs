using System.Text.Json;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Preference;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Tests.Preference;

public sealed class DpoTrainerTests
{
    [Theory]
    [InlineData(PreferenceLossKind.Dpo, FineTuningMethod.Qlora)]
    [InlineData(PreferenceLossKind.Dpo, FineTuningMethod.Full)]
    [InlineData(PreferenceLossKind.Ipo, FineTuningMethod.Lora)]
    [InlineData(PreferenceLossKind.Orpo, FineTuningMethod.Lora)]
    public void A_preference_is_learned_and_reported(PreferenceLossKind loss, FineTuningMethod method)
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Loss = loss, Method = method, LearningRate = method == FineTuningMethod.Full ? 5e-4 : 2e-3 };
        var result = new DpoTrainer(options).Run();
        result.ValidationAccuracy!.Value.ShouldBeGreaterThan(0.9);
        result.ValidationRewards!.Margin.ShouldBeGreaterThan(0);

        var lines = Metrics(options.OutputDirectory);
        var rewards = lines[^1].GetProperty("rewards");
        rewards.GetProperty("margin").GetDouble().ShouldBe(rewards.GetProperty("chosen").GetDouble() - rewards.GetProperty("rejected").GetDouble(), 1e-9);
        lines[^1].GetProperty("validationRewards").GetProperty("accuracy").GetDouble().ShouldBe(lines[^1].GetProperty("validationAccuracy").GetDouble());
        File.Exists(Path.Combine(options.OutputDirectory, "reference.safetensors")).ShouldBe(loss != PreferenceLossKind.Orpo);
        File.ReadAllText(TrainingReport.Write(options.OutputDirectory)).ShouldContain("Reward margin");
        var record = RunRecord.Load(options.OutputDirectory);
        record.Command.ShouldBe("dpo");
        record.FinishedUtc.ShouldNotBeNull();
        if (method != FineTuningMethod.Full)
        {
            AdapterDirectory.ReadSettings(result.ArtifactDirectory).BaseSha256.ShouldBe(record.Base!.Sha256);
        }
    }

    [Fact]
    public void A_stopped_run_goes_on_bit_for_bit_with_the_reference_that_it_kept()
    {
        using var place = new TemporaryDirectory();
        var whole = Options(place, "whole") with { Patience = 0, Lora = new LoraConfig(8, 16, 0.1, [LoraConfig.AllLinear]) { UseDora = true } };
        var expected = new DpoTrainer(whole).Run();

        using var stop = new CancellationTokenSource();
        var parts = whole with { OutputDirectory = place.At("parts") };
        Should.Throw<OperationCanceledException>(() => new DpoTrainer(parts).Run(new Recorder(step =>
        {
            if (step.Step == 7)
            {
                stop.Cancel();
            }
        }), cancellationToken: stop.Token));
        Checkpoint.Exists(parts.OutputDirectory).ShouldBeTrue();
        var messages = new List<string>();
        var resumed = new DpoTrainer(parts with { Resume = true }).Run(message: messages.Add);
        messages.ShouldNotContain(m => m.Contains("reference", StringComparison.Ordinal));
        Adapter(resumed).ShouldBe(Adapter(expected));
        Metrics(parts.OutputDirectory).Select(Loss).ShouldBe(Metrics(whole.OutputDirectory).Select(Loss));

        Should.Throw<TrainingException>(() => new DpoTrainer(parts with { Resume = true, Beta = 0.2 }).Run()).Message.ShouldContain("other settings");
        static byte[] Adapter(FineTuningResult run) => File.ReadAllBytes(Path.Combine(run.ArtifactDirectory, "adapter_model.safetensors"));
        static double Loss(JsonElement line) => line.GetProperty("loss").GetDouble();
    }

    [Fact]
    public void An_adapter_that_training_starts_from_is_its_own_reference()
    {
        using var place = new TemporaryDirectory();
        var first = new DpoTrainer(Options(place, "first") with { Epochs = 2 }).Run();
        var second = Options(place, "second") with { AdapterDirectory = first.ArtifactDirectory, Epochs = 1 };
        new DpoTrainer(second).Run();

        // Policy and reference are the same before the first update, so no answer is rewarded and the loss is log 2.
        var line = Metrics(second.OutputDirectory)[0];
        line.GetProperty("loss").GetDouble().ShouldBe(Math.Log(2), 1e-4);
        line.GetProperty("rewards").GetProperty("chosen").GetDouble().ShouldBe(0, 1e-4);
        RunRecord.Load(second.OutputDirectory).Adapter!.Path.ShouldEndWith("adapter_model.safetensors");
        Should.Throw<TrainingException>(() => new DpoTrainer(second with { OutputDirectory = place.At("third"), Method = FineTuningMethod.Full }).Run())
            .Message.ShouldContain("merge");
    }

    [Fact]
    public void Rows_that_prefer_nothing_are_named_or_left_out_when_asked()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Epochs = 1 };
        File.AppendAllLines(options.TrainFile, [JsonSerializer.Serialize(new { prompt = "pump", chosen = "same", rejected = "same" })]);
        var error = Should.Throw<DataFormatException>(() => new DpoTrainer(options).Run());
        error.Row.ShouldBe(61);
        error.Message.ShouldContain("same");
        var messages = new List<string>();
        new DpoTrainer(options with { SkipUnusable = true }).Run(message: messages.Add).TrainRows.ShouldBe(60);
        messages.ShouldContain(m => m.Contains("1 of 61 rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_named()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run");
        Refuse(options with { Loss = PreferenceLossKind.Ipo, LabelSmoothing = 0.1 }, "--label-smoothing");
        Refuse(options with { LabelSmoothing = 0.5 }, "--label-smoothing");
        Refuse(options with { Beta = 0 }, "--beta");
        Refuse(options with { GeneralShare = 0.2 }, "--general");
        Refuse(options with { Task = Tasks.TaskDefinition.FromLabels("t", "Choose.", ["a", "b"]) }, "--task");
        Refuse(options with { Method = FineTuningMethod.Lora, ComputePrecision = ComputePrecision.Bf16 }, "--compute-dtype");
        static void Refuse(DpoOptions options, string named) => Should.Throw<TrainingException>(() => new DpoTrainer(options).Run()).Message.ShouldContain(named);
    }

    [Fact]
    public void A_learning_rate_that_diverges_stops_the_run_and_names_rows()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { LearningRate = 1e30, GradientClip = 0 };
        Should.Throw<TrainingException>(() => new DpoTrainer(options).Run()).Message.ShouldContain("train.jsonl:");
        Path.Exists(Path.Combine(options.OutputDirectory, "adapter")).ShouldBeFalse();
    }

    private static JsonElement[] Metrics(string run) => [.. File.ReadLines(RunDirectory.MetricsPath(run)).Select(l => JsonDocument.Parse(l).RootElement)];

    private static DpoOptions Options(TemporaryDirectory place, string run)
    {
        if (!System.IO.Directory.Exists(place.At("base")))
        {
            TinyModels.WriteBase(place);
            WriteRows(place.At("train.jsonl"), 60, 1);
            WriteRows(place.At("valid.jsonl"), 30, 2);
        }

        return new DpoOptions
        {
            BaseDirectory = place.At("base"),
            TrainFile = place.At("train.jsonl"),
            ValidationFile = place.At("valid.jsonl"),
            Method = FineTuningMethod.Lora,
            OutputDirectory = place.At(run),
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            Epochs = 4,
            BatchSize = 16,
            LearningRate = 2e-3,
            MaxLength = 128,
        };
    }

    private static void WriteRows(string path, int count, int seed)
    {
        string[] chosen = ["replace the pump", "check the pressure"];
        string[] rejected = ["lights dim", "runs hot"];
        var random = new Random(seed);
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(_ => JsonSerializer.Serialize(new
        {
            prompt = $"The hydraulic pump {random.Next(100)} leaks oil at the left cylinder {random.Next(100)}",
            chosen = $"{chosen[random.Next(2)]} {random.Next(10)}",
            rejected = $"{rejected[random.Next(2)]} {random.Next(10)}",
        })));
    }

    private sealed class Recorder(Action<TrainingStep> action) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => action(value);
    }
}
