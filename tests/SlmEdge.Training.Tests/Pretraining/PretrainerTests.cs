using SlmEdge.Training.Pretraining;
using SlmEdge.Training.Progress;

namespace SlmEdge.Training.Tests.Pretraining;

public sealed class PretrainerTests
{
    [Fact]
    public void The_loss_falls_and_the_model_is_written_with_its_tokenizer()
    {
        using var place = new TemporaryDirectory();
        var losses = new List<double>();
        var result = new Pretrainer(Options(place, "run")).Run(new Recorder(s => losses.Add(s.Loss)));
        losses[^1].ShouldBeLessThan(losses[0] - 0.5);
        foreach (var file in new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
        {
            File.Exists(Path.Combine(result.ModelDirectory, file)).ShouldBeTrue(file);
        }
    }

    [Fact]
    public void A_run_that_was_stopped_and_resumed_equals_the_uninterrupted_one_bit_for_bit()
    {
        using var place = new TemporaryDirectory();
        new Pretrainer(Options(place, "whole")).Run();

        using var stop = new CancellationTokenSource();
        var interrupted = new Pretrainer(Options(place, "parts"));
        Should.Throw<OperationCanceledException>(() => interrupted.Run(new Recorder(s =>
        {
            if (s.Step == 7)
            {
                stop.Cancel();
            }
        }), cancellationToken: stop.Token));
        new Pretrainer(Options(place, "parts") with { Resume = true }).Run();

        Weights("parts").ShouldBe(Weights("whole"));
        byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(place.At(run), "model", "model.safetensors"));
    }

    [Fact]
    public void Resuming_with_other_settings_is_refused()
    {
        using var place = new TemporaryDirectory();
        new Pretrainer(Options(place, "run")).Run();
        Should.Throw<TrainingException>(() => new Pretrainer(Options(place, "run") with { Resume = true, BatchSequences = 3 }).Run())
            .Message.ShouldContain("other settings");
    }

    [Fact]
    public void A_corpus_too_short_for_one_update_is_refused()
    {
        using var place = new TemporaryDirectory();
        Should.Throw<TrainingException>(() => new Pretrainer(Options(place, "run") with { BatchSequences = 100_000 }).Run())
            .Message.ShouldContain("less than one update");
    }

    [Fact]
    public void A_learning_rate_that_diverges_stops_the_run_and_names_the_rows()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { LearningRate = 1e30, GradientClip = 0 };
        Should.Throw<TrainingException>(() => new Pretrainer(options).Run()).Message.ShouldContain("rows");
    }

    [Fact]
    public void Settings_that_cannot_be_computed_are_refused_before_any_work()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run");
        foreach (var bad in new[]
        {
            options with { SequenceLength = 0 },
            options with { BatchSequences = 0 },
            options with { EvaluateEvery = 0 },
            options with { LearningRate = double.NaN },
            options with { Shape = options.Shape with { NumAttentionHeads = 3, NumKeyValueHeads = 2 } },
            options with { Shape = options.Shape with { HeadDim = 7 } },
        })
        {
            Should.Throw<TrainingException>(() => new Pretrainer(bad).Run());
        }

        Path.Exists(options.OutputDirectory).ShouldBeFalse();
    }

    private static PretrainOptions Options(TemporaryDirectory place, string run)
    {
        var tokenizer = System.IO.Directory.CreateDirectory(place.At("tokenizer")).FullName;
        TinyModels.WriteTokenizer(tokenizer);
        var corpus = place.At("corpus.txt");
        File.WriteAllLines(corpus, Enumerable.Range(0, 120).SelectMany(i => new[] { $"Pump {i % 7} leaks oil; replace the seal and check pressure {i % 5} bar.", CorpusReader.Separator }));
        return new PretrainOptions
        {
            TokenizerDirectory = tokenizer,
            Files = [corpus],
            ValidationFile = corpus,
            OutputDirectory = place.At(run),
            Shape = TinyModels.Config(1),
            SequenceLength = 32,
            BatchSequences = 4,
            Tokens = 32 * 4 * 20,
            LearningRate = 5e-3,
            EvaluateEvery = 10,
            CheckpointEvery = 10,
        };
    }

    private sealed class Recorder(Action<TrainingStep> action) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => action(value);
    }
}
