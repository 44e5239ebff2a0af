using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Bundles;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Mutated files through the checks into llama.cpp and ONNX Runtime, each used once, in a process that may end: the file it was reading is
/// named and kept, and another process goes on with the next.
/// </summary>
internal static class NativeFuzzBenchmark
{
    private const int HangMilliseconds = 5_000;
    private const long SpareMemory = 64L << 20;

    public static void Run(BenchmarkArguments arguments)
    {
        var count = arguments.Integer("count", 10_000);
        var seed = arguments.Integer("seed", 1);
        var kept = Directory.CreateDirectory(arguments.Text("keep") ?? "fuzz-findings").FullName;
        var only = arguments.Text("targets")?.Split(',');
        NativeTarget[] targets = [.. NativeTarget.All.Where(target => only?.Contains(target.Name) ?? true)];
        var folder = Directory.CreateTempSubdirectory("slmedge-fuzz-").FullName;
        try
        {
            Prepare(arguments, folder);
            Console.WriteLine($"fuzz-native: {Machine.Describe()}, {count} mutations, seed {seed}");
            var table = new MarkdownTable(["file", "mutations", .. Enum.GetNames<FuzzOutcome>(), "over memory", "slowest, ms"]);
            foreach (var target in targets)
            {
                Fuzz(target, count / targets.Length, seed, folder, kept, table);
            }

            table.Print();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Prepare(BenchmarkArguments arguments, string folder)
    {
        using var bundle = Bundle.Open(arguments.Required("bundle"), new BundleOptions { CacheDirectory = Path.Combine(folder, "cache") });
        var onnx = bundle.GetFiles(BundleFileRole.Onnx).FirstOrDefault(file => file.Path.EndsWith("/model.onnx", StringComparison.Ordinal))
            ?? throw new BenchmarkException("The bundle has no ONNX folder; build it with --onnx int4.");
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(bundle.GetFilePath(onnx.Path))!))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        // A small one, so that most of what is damaged is structure and not weights.
        File.Copy(arguments.Text("gguf") ?? bundle.GetFilePath(bundle.GetFiles(BundleFileRole.Gguf)[0].Path), Path.Combine(folder, "model.gguf"));
        NativeTarget.AddAdapter(folder);
    }

    private static void Fuzz(NativeTarget target, int count, int seed, string folder, string kept, MarkdownTable table)
    {
        var path = Path.Combine(folder, target.FileName);
        var original = File.ReadAllBytes(path);
        using var worker = new NativeFuzzProcess();
        var outcomes = new int[Enum.GetValues<FuzzOutcome>().Length];
        var heavy = 0;
        double slowest = 0;
        try
        {
            // The first use loads the engine; an undamaged file that is not used would make the figures mean nothing.
            if (worker.Use(target.Name, path, 10 * HangMilliseconds) is not { Outcome: FuzzOutcome.Used } first)
            {
                throw new BenchmarkException($"{target.Name}: the undamaged file is not used.");
            }

            for (var i = 0; i < count; i++)
            {
                var mutation = unchecked((seed * 1_000_003) + i);
                var bytes = StructuralMutation.Apply(original, target.FileName, mutation);
                File.WriteAllBytes(path, bytes);
                var start = Stopwatch.GetTimestamp();
                var answer = worker.Use(target.Name, path, HangMilliseconds);
                outcomes[(int)answer.Outcome]++;
                slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                var over = answer.Memory > (2L * bytes.Length) + SpareMemory;
                heavy += over ? 1 : 0;
                if (answer.Outcome > FuzzOutcome.Used || over)
                {
                    File.Copy(path, Path.Combine(kept, string.Create(CultureInfo.InvariantCulture, $"{answer.Outcome}-{mutation}-{target.FileName}")), overwrite: true);
                    Console.Error.WriteLine($"{target.Name}: mutation {mutation}: {answer.Outcome}, {answer.Memory >> 20} MiB: {answer.Message}");
                }

                if (answer.Outcome is FuzzOutcome.Crashed or FuzzOutcome.Hung)
                {
                    File.WriteAllBytes(path, original);
                    worker.Use(target.Name, path, 10 * HangMilliseconds);
                }
            }
        }
        finally
        {
            File.WriteAllBytes(path, original);
        }

        table.Add([target.Name, Text(count), .. outcomes.Select(Text), Text(heavy), slowest.ToString("0", CultureInfo.InvariantCulture)]);
    }

    private static string Text(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
