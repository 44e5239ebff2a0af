using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Tests.FineTuning;

public sealed class GeneralMixTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    public void The_share_is_exact_over_the_steps_and_every_row_comes_in_turn(double share)
    {
        var examples = Enumerable.Range(0, 7).Select(i => SupervisedExample.OfMask([1, 2, 3], [true, true, true], "general", i)).ToArray();
        var mix = new GeneralMix(examples, share, 3);
        long own = 0;
        var visits = new List<long>();
        foreach (var rows in Enumerable.Repeat(new[] { 16, 16, 8 }, 50).SelectMany(pass => pass))
        {
            visits.AddRange(mix.Due(own, rows).Select(e => e.Row));
            own += rows;
            ((double)visits.Count).ShouldBeInRange((own * share / (1 - share)) - 1, (own * share / (1 - share)) + 1e-6);
        }

        visits.GroupBy(r => r).Select(g => g.Count()).Max().ShouldBeLessThanOrEqualTo(visits.GroupBy(r => r).Min(g => g.Count()) + 1);
        new GeneralMix(examples, share, 3).Due(32, 16).ShouldBe(mix.Due(32, 16));
        new GeneralMix(examples, share, 4).Due(0, 64).ShouldNotBe(mix.Due(0, 64));
    }

    [Fact]
    public void A_run_with_general_rows_reports_their_loss_and_resumes_bit_for_bit()
    {
        using var place = new TemporaryDirectory();
        var whole = Options(place, "whole");
        var result = new SftTrainer(whole).Run();
        var lines = File.ReadLines(RunDirectory.MetricsPath(place.At("whole"))).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines.ShouldAllBe(l => l.GetProperty("generalLoss").GetDouble() > 0);
        lines[^1].GetProperty("generalLoss").GetDouble().ShouldBeLessThan(lines[0].GetProperty("generalLoss").GetDouble());
        File.ReadAllText(TrainingReport.Write(place.At("whole"))).ShouldContain("Loss of the general rows");
        RunRecord.Load(place.At("whole")).Data.Count(d => d.Role == "general").ShouldBe(2);

        using var stop = new CancellationTokenSource();
        var parts = whole with { OutputDirectory = place.At("parts") };
        Should.Throw<OperationCanceledException>(() => new SftTrainer(parts).Run(new Recorder(step =>
        {
            if (step.Step == 5)
            {
                stop.Cancel();
            }
        }), cancellationToken: stop.Token));
        var resumed = new SftTrainer(parts with { Resume = true }).Run();
        File.ReadAllBytes(Path.Combine(resumed.ArtifactDirectory, "adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(result.ArtifactDirectory, "adapter_model.safetensors")));

        Should.Throw<TrainingException>(() => new SftTrainer(whole with { OutputDirectory = place.At("other"), GeneralShare = 1e-4 }).Run()).Message.ShouldContain("not one general row");
    }

    private static SftOptions Options(TemporaryDirectory place, string run)
    {
        if (!System.IO.Directory.Exists(place.At("base")))
        {
            TinyModels.WriteBase(place);
            File.WriteAllLines(place.At("rows.jsonl"), Enumerable.Range(0, 40).Select(i => JsonSerializer.Serialize(new { text = $"unit {i} {(i % 2 == 0 ? "leaks oil" : "runs hot")}", label = i % 2 == 0 ? "Hydraulic" : "Engine" })));
            File.WriteAllText(place.At("general.txt"), string.Join("\n<|doc|>\n", Enumerable.Repeat("Battery flat, alternator not charging, lights dim. Replace brake pads and check the air pressure.", 6)));
            File.WriteAllLines(place.At("general.jsonl"), Enumerable.Range(0, 5).Select(i => JsonSerializer.Serialize(new { instruction = "Check the unit.", input = $"unit {i}", output = "Engine runs hot." })));
        }

        return new SftOptions
        {
            BaseDirectory = place.At("base"),
            Task = TaskDefinition.FromLabels("systems", "Name the system.", ["Hydraulic", "Engine"]),
            TrainFile = place.At("rows.jsonl"),
            ValidationFile = place.At("rows.jsonl"),
            Method = FineTuningMethod.Lora,
            OutputDirectory = place.At(run),
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            Epochs = 4,
            BatchSize = 16,
            LearningRate = 2e-3,
            MaxLength = 128,
            GeneralFiles = [place.At("general.txt"), place.At("general.jsonl")],
            GeneralShare = 0.2,
        };
    }

    private sealed class Recorder(Action<TrainingStep> action) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => action(value);
    }
}
