using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Training;

/// <summary>
/// A LoRA step of the trainer, which packs rows and computes logits only where there is something to predict, against the same model on
/// rows padded to the longest with logits everywhere, and against a plain PyTorch loop that does likewise. Same base, adapters, rows,
/// batch, learning rate, optimiser, in fp32; each run is a new process.
/// </summary>
internal static class TrainPackingBenchmark
{
    private const double MiB = 1 << 20;

    public static void Run(BenchmarkArguments arguments)
    {
        var folder = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;
        try
        {
            Run(arguments, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(BenchmarkArguments arguments, string folder)
    {
        var workload = WorkloadFolder.Create(folder, arguments);
        var measured = new Dictionary<string, List<TrainingMeasurement>>(StringComparer.Ordinal);
        var contenders = new List<Contender>
        {
            Process("SlmEdge: packed, logits at answers", Self("packed")),
            Process("SlmEdge's model: padded, all logits", Self("padded")),
        };
        if (PyTorch.Find(arguments.Text("python")) is { } python)
        {
            contenders.Add(Process("PyTorch: padded, all logits", [python, RepositoryFiles.Peer("lora_loop.py"), folder, arguments.Threads.ToString(CultureInfo.InvariantCulture)]));
        }
        else
        {
            Console.WriteLine("No Python with torch found (Debian: apt-get install python3-torch; or --python PATH): measured without PyTorch.");
        }

        var rounds = arguments.Text("repetitions") is null ? 5 : arguments.Repetitions;
        var timed = workload.Batches.Count - workload.WarmupSteps;
        Console.WriteLine($"train-packing: {Machine.Describe()}, {arguments.Threads} thread(s), {rounds} rounds");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{timed} timed steps of {workload.Batches[0].Length} rows, {workload.TimedTokens} tokens, {workload.TimedPaddedTokens} when padded; LoRA rank {workload.Rank} on all projections, fp32, learning rate {workload.LearningRate}"));

        var runs = PairedRuns.Measure(contenders, warmups: 0, rounds);
        var table = new MarkdownTable("way", "tokens/s", "SlmEdge is faster by", "peak memory", "peak above loaded", "largest loss difference");
        for (var i = 0; i < contenders.Count; i++)
        {
            var results = measured[contenders[i].Name];
            table.Add(
                contenders[i].Name,
                (workload.TimedTokens / runs.Seconds(i)).ToString("0", CultureInfo.InvariantCulture),
                i == 0 ? "1" : runs.Ratio(0, i).ToString(),
                Size(results.Select(r => r.PeakBytes)),
                Size(results.Select(r => r.PeakBytes - r.BytesBefore)),
                i == 0 ? "–" : LossDifference(results[0], measured[contenders[0].Name][0]).ToString("0.0e0", CultureInfo.InvariantCulture));
        }

        table.Print();
        var ours = measured[contenders[0].Name][0].Losses;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Loss of SlmEdge: {ours[0]:0.0000} at the first step, {ours[^1]:0.0000} at the last of {ours.Length}."));

        Contender Process(string name, string[] command)
        {
            var results = measured[name] = [];
            return new Contender(name, () =>
            {
                var result = Start(command);
                results.Add(result);
                return result.Seconds;
            });
        }

        string[] Self(string way) =>
            [Environment.ProcessPath!, TrainingLoop.Command, "--folder", folder, "--way", way, "--threads", arguments.Threads.ToString(CultureInfo.InvariantCulture)];
    }

    private static TrainingMeasurement Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start) ?? throw new BenchmarkException($"'{command[0]}' cannot be started.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<TrainingMeasurement>(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], JsonSerializerOptions.Web)!
            : throw new BenchmarkException($"'{string.Join(' ', command)}' ended with {process.ExitCode}.");
    }

    private static string Size(IEnumerable<long> bytes) =>
        (Spread.Of([.. bytes.Select(b => (double)b)]).Median / MiB).ToString("0", CultureInfo.InvariantCulture) + " MiB";

    private static double LossDifference(TrainingMeasurement some, TrainingMeasurement others) =>
        some.Losses.Zip(others.Losses, (a, b) => Math.Abs(a - b)).Max();
}
