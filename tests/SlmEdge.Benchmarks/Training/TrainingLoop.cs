using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Benchmarks.Training;

/// <summary>One contender's training, in a process of its own so that its peak memory is its own.</summary>
internal static class TrainingLoop
{
    /// <summary>The hidden command with which the benchmark starts itself.</summary>
    public const string Command = "train-loop";

    private const int PackTokens = 4096;
    private const int NotSupervised = -100;

    public static void Run(BenchmarkArguments arguments)
    {
        NativeAllocator.KeepFreedMemory();
        set_num_threads(arguments.Threads);
        var folder = arguments.Required("folder");
        var packed = arguments.Required("way") == "packed";
        var workload = TrainingWorkload.Load(folder);
        using var model = ModelDirectory.Load(folder);
        model.AttachAdapters(new LoraConfig(workload.Rank, workload.Alpha, 0, [LoraConfig.AllLinear]));
        var trainable = model.TrainableParameters();
        ReadAdapters(Path.Combine(folder, TrainingWorkload.AdapterFileName), trainable);
        model.SetTraining(true);
        using var optimizer = new AdamW(trainable, 0.9, 0.999, workload.WeightDecay);

        var before = Machine.StatusBytes("VmRSS");
        var losses = new double[workload.Batches.Count];
        var clock = new Stopwatch();
        for (var step = 0; step < losses.Length; step++)
        {
            if (step == workload.WarmupSteps)
            {
                clock.Start();
            }

            using var scope = NewDisposeScope();
            losses[step] = packed ? Packed(model, workload.Batches[step]) : Padded(model, workload.Batches[step], workload.PadToken);
            GradientClipping.Apply(trainable, workload.GradientClip);
            optimizer.Step(workload.LearningRate);
        }

        var measured = new TrainingMeasurement(clock.Elapsed.TotalSeconds, before, Machine.StatusBytes("VmHWM"), losses);
        Console.WriteLine(JsonSerializer.Serialize(measured, JsonSerializerOptions.Web));
    }

    /// <summary>As the trainer does it: rows end to end, logits at supervised positions only.</summary>
    private static double Packed(DecoderModel model, TrainingRow[] rows)
    {
        var supervised = rows.Sum(r => r.Targets.Length);
        double sum = 0;
        foreach (var batch in SupervisedBatch.Split(rows.Select((r, i) => new SupervisedExample(r.Tokens, r.Positions, r.Targets, ..0, -1, string.Empty, i)), PackTokens))
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(batch.Pack);
            sum += ChunkedCrossEntropy.Backward(hidden, batch.Positions, batch.Targets, model.Head, 1.0 / supervised);
        }

        return sum / supervised;
    }

    /// <summary>The plain way, with the same model code: rows padded to the longest, logits and loss of every position, autograd throughout.</summary>
    private static double Padded(DecoderModel model, TrainingRow[] rows, int padToken)
    {
        var longest = rows.Max(r => r.Tokens.Length);
        var targets = new long[rows.Length * longest];
        Array.Fill(targets, NotSupervised);
        var padded = new int[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            // Causal attention never looks to the right, so padding there needs no mask.
            var row = rows[i];
            padded[i] = [.. row.Tokens, .. Enumerable.Repeat(padToken, longest - row.Tokens.Length)];
            for (var t = 0; t < row.Targets.Length; t++)
            {
                targets[(i * longest) + row.Positions[t]] = row.Targets[t];
            }
        }

        var logits = model.Logits(model.Forward(new PackedSequences(padded)));
        var loss = nn.functional.cross_entropy(logits, tensor(targets), ignore_index: NotSupervised);
        loss.backward();
        return loss.ToDouble();
    }

    private static void ReadAdapters(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trainable)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, parameter) in trainable)
        {
            file.ReadFloat32(name, MemoryMarshal.Cast<byte, float>(parameter.bytes));
        }
    }
}
