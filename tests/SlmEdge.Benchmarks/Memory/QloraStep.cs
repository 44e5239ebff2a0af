using System.Diagnostics;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>Loads a base in NF4 and makes one update of its adapters, as the trainer does.</summary>
internal static class QloraStep
{
    /// <summary>The hidden command with which the benchmark starts itself.</summary>
    public const string Command = "qlora-step";

    private const int RowTokens = 512;

    public static void Run(BenchmarkArguments arguments)
    {
        NativeAllocator.KeepFreedMemory(lean: true);
        set_num_threads(arguments.Threads);
        var clock = Stopwatch.StartNew();
        using var model = ModelDirectory.Load(arguments.Required("folder"), WeightForms.Nf4);
        var loadSeconds = clock.Elapsed.TotalSeconds;
        var loadPeak = ProcessMemory.Peak;
        var held = Machine.StatusBytes("VmRSS");
        ProcessMemory.ResetPeak();

        manual_seed(1);
        var rank = arguments.Integer("rank", 16);
        model.AttachAdapters(new LoraConfig(rank, 2 * rank, 0, [LoraConfig.AllLinear]));
        model.RecomputeActivations = true;
        model.SetTraining(true);
        var trainable = model.TrainableParameters();
        using var optimizer = Optimizers.Create(Enum.Parse<OptimizerKind>(arguments.Required("optimizer"), ignoreCase: true), trainable, 0.01);
        var random = new Random(1);
        var tokens = arguments.Integer("tokens", 2048);
        int[][] rows = [.. Enumerable.Range(0, tokens / RowTokens).Select(_ => Enumerable.Range(0, RowTokens).Select(_ => random.Next(model.Config.VocabSize)).ToArray())];
        var pack = new PackedSequences(rows);
        long[] positions = [.. Enumerable.Range(0, pack.TokenCount).Select(i => (long)i)];
        long[] targets = [.. positions.Select(_ => (long)random.Next(model.Config.VocabSize))];

        clock.Restart();
        double loss;
        using (NewDisposeScope())
        {
            var hidden = model.Forward(pack);
            loss = ChunkedCrossEntropy.Backward(hidden, positions, targets, model.Head, 1.0 / targets.Length) / targets.Length;
            GradientClipping.Apply(trainable, 1);
            optimizer.Step(1e-4);
        }

        var measured = new QloraMeasurement(model.ParameterCount, loadSeconds, loadPeak, held, clock.Elapsed.TotalSeconds, ProcessMemory.Peak, loss);
        Console.WriteLine(JsonSerializer.Serialize(measured, JsonSerializerOptions.Web));
    }
}
