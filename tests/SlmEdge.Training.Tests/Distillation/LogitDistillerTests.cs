using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Tasks;
using SlmEdge.Training.Distillation;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Tests.Distillation;

public sealed class LogitDistillerTests
{
    [Fact]
    public void A_student_comes_nearer_to_its_teacher_than_one_that_sees_only_the_labels()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "teacher") with { TrainFile = place.At("many.jsonl"), ValidationFile = place.At("doubtful.jsonl"), Task = TaskDefinition.FromLabels("doubt", "Which system?", ["Engine", "Brake"]) };
        WriteDoubtful(options.TrainFile, 400, 1);
        WriteDoubtful(options.ValidationFile!, 60, 2);
        WriteDoubtful(place.At("few.jsonl"), 48, 3);
        var teacher = new SftTrainer(Plain(options)).Run().ArtifactDirectory;
        var student = options with
        {
            BaseDirectory = WriteBase(place, 11, "student"), TrainFile = place.At("few.jsonl"), TeacherDirectory = teacher, OutputDirectory = place.At("distilled"), Epochs = 16,
        };

        var distilled = new LogitDistiller(student).Run();
        var plain = new SftTrainer(Plain(student) with { OutputDirectory = place.At("plain") }).Run();

        var near = Divergence(student, distilled.ArtifactDirectory);
        var far = Divergence(student, plain.ArtifactDirectory);
        near.ShouldBeLessThan(0.7 * far, $"{near} against {far}");
        RunRecord.Load(student.OutputDirectory).Command.ShouldBe("distill logits");
        RunRows.Load(RunRecord.Load(student.OutputDirectory)).Valid.Count.ShouldBe(60);
    }

    [Fact]
    public void A_resumed_run_goes_on_exactly()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "whole") with { Epochs = 2, Patience = 0, EvaluateEvery = 3, Method = FineTuningMethod.Qlora, TeacherInNf4 = true };
        options = options with { BaseDirectory = WriteBase(place, 11, "student"), TeacherDirectory = options.BaseDirectory };
        var whole = new LogitDistiller(options).Run();
        using var stop = new CancellationTokenSource();
        var stopped = options with { OutputDirectory = place.At("stopped") };
        Should.Throw<OperationCanceledException>(() => new LogitDistiller(stopped).Run(new StopAt(stop, 4), cancellationToken: stop.Token));

        var resumed = new LogitDistiller(stopped with { Resume = true }).Run();

        resumed.Steps.ShouldBe(whole.Steps);
        File.ReadAllBytes(Path.Combine(resumed.ArtifactDirectory, "adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(whole.ArtifactDirectory, "adapter_model.safetensors")));
        var other = stopped with { Resume = true, Distillation = new DistillationSettings(3) };
        Should.Throw<TrainingException>(() => new LogitDistiller(other).Run()).Message.ShouldContain("settings");
    }

    [Fact]
    public void A_teacher_with_other_tokens_is_refused()
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { TeacherDirectory = TinyModels.WriteBase(place, name: "other") };

        var error = Should.Throw<TrainingException>(() => new LogitDistiller(options).Run());

        error.Message.ShouldContain("hashes of their tokenizers");
        error.Message.ShouldContain("--mode responses");
        System.IO.Directory.Exists(options.OutputDirectory).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.0, 2.0, "--kd-weight")]
    [InlineData(1.5, 2.0, "--kd-weight")]
    [InlineData(0.5, 0.0, "--kd-temperature")]
    public void Settings_out_of_range_are_named(double weight, double temperature, string option)
    {
        using var place = new TemporaryDirectory();
        var options = Options(place, "run") with { Distillation = new DistillationSettings(temperature, weight) };

        Should.Throw<TrainingException>(() => new LogitDistiller(options).Run()).Message.ShouldContain(option);
    }

    private static double Divergence(LogitDistillationOptions options, string model)
    {
        using var tokenizer = BaseTokenizer.Open(options.BaseDirectory);
        using var student = ModelDirectory.Load(model);
        using var teacher = TeacherModel.Load(options, tokenizer, null);
        var data = SftData.Load(options, tokenizer, student.Config, null);
        var objective = new DistillationObjective(options with { Distillation = new DistillationSettings(1, 1) }, student, teacher, data);
        var (loss, supervised) = objective.Measure(data.Valid);
        return loss.Divergence / supervised;
    }

    // Words that belong to a label with some probability: many rows show it, few rows are learned by heart.
    private static void WriteDoubtful(string path, int count, int seed)
    {
        (string Word, double Engine)[] words = [("smokes", 0.9), ("leaks", 0.7), ("vibrates", 0.5), ("squeals", 0.3), ("drags", 0.1)];
        var random = new Random(seed);
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i =>
        {
            var (word, engine) = words[i % words.Length];
            return System.Text.Json.JsonSerializer.Serialize(new { text = $"unit {random.Next(100)} {word} again", label = random.NextDouble() < engine ? "Engine" : "Brake" });
        }));
    }

    private static SftOptions Plain(LogitDistillationOptions options) => new()
    {
        BaseDirectory = options.BaseDirectory,
        Task = options.Task,
        TrainFile = options.TrainFile,
        ValidationFile = options.ValidationFile,
        Method = options.Method,
        OutputDirectory = options.OutputDirectory,
        Epochs = options.Epochs,
        BatchSize = options.BatchSize,
        LearningRate = options.LearningRate,
        Patience = options.Patience,
        MaxLength = options.MaxLength,
    };

    private static LogitDistillationOptions Options(TemporaryDirectory place, string run)
    {
        var samples = Path.Combine(RepositoryModel(), "..", "..", "samples", "work-orders");
        Take(Path.Combine(samples, "train.jsonl"), place.At("train.jsonl"), 240);
        Take(Path.Combine(samples, "test.jsonl"), place.At("valid.jsonl"), 60);
        var @base = WriteBase(place, 7, "base");
        return new LogitDistillationOptions
        {
            BaseDirectory = @base,
            Task = TaskDefinition.Load(Path.Combine(samples, "task.json")),
            TrainFile = place.At("train.jsonl"),
            ValidationFile = place.At("valid.jsonl"),
            TeacherDirectory = @base,
            Method = FineTuningMethod.Full,
            OutputDirectory = place.At(run),
            Epochs = 4,
            BatchSize = 16,
            LearningRate = 3e-3,
            Patience = 0,
            Distillation = new DistillationSettings(2, 0.9),
        };
    }

    // The embedded base's vocabulary, which has words for twelve labels, on a far smaller body.
    private static string WriteBase(TemporaryDirectory place, long seed, string name)
    {
        var directory = System.IO.Directory.CreateDirectory(place.At(name)).FullName;
        ModelDirectory.CopyCompanions(RepositoryModel(), directory);
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(DecoderConfig.Load(RepositoryModel()).VocabSize), seed, 0.08);
        ModelDirectory.Save(model, directory, SafetensorsType.F32);
        return directory;
    }

    private static void Take(string from, string to, int count) => File.WriteAllLines(to, File.ReadLines(from).Where(line => line.Length < 90).Take(count));

    private static string RepositoryModel()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "models", "edge-nano");
    }

    private sealed class StopAt(CancellationTokenSource source, long step) : IProgress<Progress.TrainingStep>
    {
        public void Report(Progress.TrainingStep value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
