using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Mutated files against the managed checks that stand before native code: each is refused with its library's exception or loaded. A hang
/// ends the program and names the mutation. Memory is what the managed code allocates; native code is not called.
/// </summary>
internal static class FuzzBenchmark
{
    private const int HangMilliseconds = 5_000;
    private const long SpareMemory = 64L << 20;

    public static void Run(BenchmarkArguments arguments)
    {
        var count = arguments.Integer("count", 100_000);
        var seed = arguments.Integer("seed", 1);
        var folder = Directory.CreateTempSubdirectory("slmedge-fuzz-").FullName;
        try
        {
            var only = arguments.Text("targets")?.Split(',');
            FuzzTarget[] targets = [.. FuzzTargets.Create(arguments.Required("bundle"), Path.Combine(RepositoryFiles.Root, "models", "edge-nano", "tokenizer.json"), folder).Where(target => only?.Contains(target.Name) ?? true)];
            Console.WriteLine($"fuzz: {Machine.Describe()}, {count} mutations, seed {seed}");
            var table = new MarkdownTable("file", "mutations", "refused", "loaded", "other exceptions", "over memory", "slowest, ms");
            for (var i = 0; i < targets.Length; i++)
            {
                Fuzz(targets[i], (count / targets.Length) + (i < count % targets.Length ? 1 : 0), seed, folder, table);
            }

            table.Print();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fuzz(FuzzTarget target, int count, int seed, string folder, MarkdownTable table)
    {
        var path = Path.Combine(folder, target.FileName);
        File.WriteAllBytes(path, target.Original);
        target.Load(path); // The undamaged file has to load, or the figures would mean nothing.
        var (refused, loaded, untyped, heavy) = (0, 0, 0, 0);
        double slowest = 0;
        var current = 0;
        long begun = 0;

        // By the processor's time: on a machine that is busy with other work the clock says nothing of the file.
        using var watch = new Timer(
            _ =>
            {
                if (Volatile.Read(ref begun) is > 0 and var before && Processor() - before > HangMilliseconds)
                {
                    throw new BenchmarkException($"{target.Name}: mutation {Volatile.Read(ref current)} takes longer than {HangMilliseconds} ms.");
                }
            },
            null,
            1_000,
            1_000);
        for (var i = 0; i < count; i++)
        {
            var mutation = unchecked((seed * 1_000_003) + i);
            Volatile.Write(ref current, mutation);
            var bytes = StructuralMutation.Apply(target.Original, target.FileName, mutation);
            File.WriteAllBytes(path, bytes);
            Volatile.Write(ref begun, Processor());
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            switch (target.Try(path, out var error))
            {
                case FuzzOutcome.Used:
                    loaded++;
                    break;
                case FuzzOutcome.Refused:
                    refused++;
                    break;
                default:
                    untyped++;
                    Console.Error.WriteLine($"{target.Name}: mutation {mutation}: {error!.GetType().Name}: {error.Message.Split('\n')[0]} {error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("SlmEdge", StringComparison.Ordinal))?.Trim()}");
                    break;
            }

            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Volatile.Write(ref begun, 0);

            // What was allocated in all bounds what was held at once.
            if (GC.GetAllocatedBytesForCurrentThread() - before > (2L * bytes.Length) + SpareMemory)
            {
                heavy++;
            }
        }

        table.Add(target.Name, Text(count), Text(refused), Text(loaded), Text(untyped), Text(heavy), slowest.ToString("0.0", CultureInfo.InvariantCulture));
    }

    private static long Processor() => (long)Environment.CpuUsage.TotalTime.TotalMilliseconds;

    private static string Text(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
