using System.Globalization;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Progress;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Memory;

public sealed class MemoryPlanTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    /// <summary>What the process's resident size gains over loading and one step, against the estimate without what every process needs.</summary>
    [SkippableTheory]
    [InlineData(FineTuningMethod.Qlora, true, OptimizerKind.AdamW)]
    [InlineData(FineTuningMethod.Lora, false, OptimizerKind.AdamW)]
    [InlineData(FineTuningMethod.Full, true, OptimizerKind.AdamW)]
    public void The_estimate_covers_what_a_step_needs_and_is_no_more_than_three_times_that(FineTuningMethod method, bool recompute, OptimizerKind optimizer)
    {
        Skip.IfNot(File.Exists("/proc/self/clear_refs"), "The kernel's peak counter is read from /proc.");
        var options = Options() with { Method = method, ActivationCheckpointing = recompute, Optimizer = optimizer, PackTokens = 768, BatchSize = 64 };
        var estimate = MemoryPlan.Of(options);
        var expected = estimate.Parts.Where(p => p.Cause is not "programs" and not "best weights").Sum(p => p.Bytes);

        NativeAllocator.KeepFreedMemory(lean: recompute);
        GC.Collect();
        NativeAllocator.ReturnFreedMemory();
        var before = Status("VmRSS");
        File.WriteAllText("/proc/self/clear_refs", "5");
        using (var model = ModelDirectory.Load(options.BaseDirectory, TrainableBase.Forms(options)))
        {
            TrainableBase.Prepare(model, options, null);
            model.SetTraining(true);
            var trainable = model.TrainableParameters();
            using var update = Optimizers.Create(optimizer, trainable, 0.01);
            using var scope = NewDisposeScope();
            var random = new Random(1);
            var pack = new PackedSequences([.. Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, 128).Select(_ => random.Next(model.Config.VocabSize)).ToArray())]);
            long[] positions = [.. Enumerable.Range(0, pack.TokenCount).Select(i => (long)i)];
            ChunkedCrossEntropy.Backward(model.Forward(pack), positions, positions, model.Head, 1e-3);
            GradientClipping.Apply(trainable, 1);
            update.Step(1e-4);
        }

        var measured = Status("VmHWM") - before;
        // Pages that earlier tests have left in this process are used again and count as nothing, so less may be measured than a fresh process needs.
        ((double)expected / measured).ShouldBeInRange(1 / 1.6, 3, $"estimated {expected:N0}, measured {measured:N0}");
    }

    [Fact]
    public void A_run_that_does_not_fit_is_refused_with_its_figures_and_what_to_change()
    {
        var options = Options() with { Method = FineTuningMethod.Full };
        var estimate = MemoryPlan.Of(options);
        var message = Should.Throw<TrainingException>(() => estimate.Require(estimate.Peak - 1, MemoryPlan.Advice(options))).Message;
        message.ShouldContain(MemoryEstimate.Text(estimate.Peak));
        foreach (var part in new[] { "base", "gradients", "optimiser", "activations", "logits", "--activation-checkpointing", "--method qlora", "--pack-tokens", "--ignore-memory-estimate" })
        {
            message.ShouldContain(part);
        }

        Should.NotThrow(() => estimate.Require(estimate.Peak, []));
        Should.NotThrow(() => estimate.Require(null, []));
    }

    [Fact]
    public void What_is_left_is_the_least_of_the_machine_and_every_control_group_above_the_process()
    {
        File.WriteAllText(_place.At("meminfo"), "MemTotal:  100 kB\nMemAvailable:   9000000 kB\n");
        File.WriteAllText(_place.At("cgroup"), "0::/outer/inner\n");
        var inner = System.IO.Directory.CreateDirectory(_place.At(Path.Combine("groups", "outer", "inner"))).FullName;
        Write(inner, "max", "1000");
        Write(Path.GetDirectoryName(inner)!, "5000000", "3000000");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(inner)!, "memory.stat"), "anon 1\ninactive_file 500000\n");
        AvailableMemory.Read(_place.At("meminfo"), _place.At("cgroup"), _place.At("groups")).ShouldBe(2_500_000);
        AvailableMemory.Read(_place.At("meminfo"), _place.At("absent"), _place.At("absent")).ShouldBe(9_000_000L * 1024);
        AvailableMemory.Read(_place.At("absent"), _place.At("absent"), _place.At("absent")).ShouldBeNull();

        static void Write(string group, string limit, string used)
        {
            File.WriteAllText(Path.Combine(group, "memory.max"), limit + "\n");
            File.WriteAllText(Path.Combine(group, "memory.current"), used + "\n");
        }
    }

    /// <summary>The error is libtorch's own: no machine has this much.</summary>
    [Fact]
    public void Out_of_memory_in_a_step_is_named_and_the_run_goes_on_from_its_checkpoint()
    {
        var options = TinyRun();
        var error = Should.Throw<TrainingException>(() => new SftTrainer(options).Run(new Reporter(step =>
        {
            if (step.Step == 9)
            {
                using var tensor = empty(1L << 50);
            }
        })));
        error.Message.ShouldContain("not enough memory");
        error.Message.ShouldContain("--activation-checkpointing");
        error.Message.ShouldContain(Checkpoint.Directory(options.OutputDirectory));
        new SftTrainer(options with { Resume = true, ActivationCheckpointing = true }).Run().Steps.ShouldBe(16);
    }

    public void Dispose() => _place.Dispose();

    private SftOptions Options()
    {
        var directory = _place.At("model");
        if (!System.IO.Directory.Exists(directory))
        {
            System.IO.Directory.CreateDirectory(directory);
            var config = new DecoderConfig
            {
                VocabSize = 16000, HiddenSize = 512, IntermediateSize = 1536, NumHiddenLayers = 4, NumAttentionHeads = 8, NumKeyValueHeads = 2, HeadDim = 64,
                MaxPositionEmbeddings = 1024, TieWordEmbeddings = true, BosTokenId = 0, EosTokenId = 0,
            };
            using var model = ModelDirectory.CreateRandom(config, 1);
            ModelDirectory.Save(model, directory, SafetensorsType.BF16);
        }

        return new SftOptions
        {
            BaseDirectory = directory, Task = TaskDefinition.FromLabels("t", "t", ["a", "b"]), TrainFile = "unused", OutputDirectory = _place.At("run"),
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
        };
    }

    private SftOptions TinyRun()
    {
        string[] rows = [.. Enumerable.Range(0, 64).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"text":"{{(i % 2 == 0 ? "pump" : "engine")}} {{i}}","label":"{{(i % 2 == 0 ? "a" : "b")}}"}"""))];
        File.WriteAllLines(_place.At("rows.jsonl"), rows);
        return new SftOptions
        {
            BaseDirectory = TinyModels.WriteBase(_place), Task = TaskDefinition.FromLabels("t", "Which?", ["a", "b"]), TrainFile = _place.At("rows.jsonl"), OutputDirectory = _place.At("run"),
            Method = FineTuningMethod.Lora, Lora = new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]), Epochs = 4, MaxLength = 64, BatchSize = 16, Patience = 0, ValidationShare = 0.1,
        };
    }

    private static long Status(string field) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);

    private sealed class Reporter(Action<TrainingStep> action) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => action(value);
    }
}
