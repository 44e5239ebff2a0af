using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Benchmarks.Models;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>A QLoRA step on a model of real size: peak memory of loading and of training, each in its own process.</summary>
internal static class QloraMemoryBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var (folder, temporary) = RandomCheckpoint.Prepare(arguments);
        try
        {
            var tokens = arguments.Integer("tokens", 2048);
            var table = new MarkdownTable("shape", "optimiser", "parameters", "loading, s", "peak loading", "held after loading", "step, s", "peak training", "loss");
            Console.WriteLine($"qlora-memory: {Machine.Describe()}, {arguments.Threads} thread(s), {tokens} packed tokens, all supervised, activation checkpointing");
            foreach (var optimizer in (arguments.Text("optimizers") ?? "adamw,adamw8bit").Split(','))
            {
                var measured = ChildProcess.Run<QloraMeasurement>(
                    QloraStep.Command, "--folder", folder, "--optimizer", optimizer, "--tokens", Number(tokens), "--threads", Number(arguments.Threads), "--rank", Number(arguments.Integer("rank", 16)));
                table.Add(
                    arguments.Required("shape"),
                    optimizer,
                    measured.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                    measured.LoadSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                    ProcessMemory.Text(measured.LoadPeak),
                    ProcessMemory.Text(measured.Held),
                    measured.StepSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                    ProcessMemory.Text(measured.StepPeak),
                    measured.Loss.ToString("0.000", CultureInfo.InvariantCulture));
            }

            table.Print();
        }
        finally
        {
            if (temporary)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
