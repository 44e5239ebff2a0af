using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Benchmarks.Serving;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Runtime;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>
/// The resident memory of a process that classifies, against its weights, its key-value memory and 60 MB: <c>slm-edge</c> as it is shipped, and the library in a .NET process.
/// </summary>
internal static class ResidentMemoryBenchmark
{
    /// <summary>The hidden command: the library on a bundle.</summary>
    public const string StepCommand = "memory-step";

    // What a process may take beside weights and key-value memory.
    private const long Overhead = 60_000_000;

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var context = arguments.Integer("context", 2048);
        var folder = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;
        try
        {
            var texts = Path.Combine(folder, "texts.jsonl");
            File.WriteAllLines(texts, input.Rows.Select(row => JsonSerializer.Serialize(new { text = row.Text })));
            Console.WriteLine($"memory: {Machine.Describe()}, {arguments.Threads} thread(s), context {context}, {input.Rows.Count} texts");
            var table = new MarkdownTable("engine", "process", "weights", "key-value memory", "allowed, 60 MB more", "peak resident", "of that its own", "of that mapped files", "beside weights and key-values");
            if (input.Gguf is { } gguf)
            {
                using var bundle = new TemporaryBundle(gguf, input.Task, input.Codes);
                Measure(table, "llama.cpp " + Path.GetFileName(gguf), bundle, arguments, texts, context);
            }

            if (input.OnnxDirectory is { } onnx)
            {
                using var bundle = TemporaryBundle.OfOnnx(onnx, input.Task, input.Codes);
                Measure(table, "ONNX Runtime " + Path.GetFileName(onnx), bundle, arguments, texts, context);
            }

            table.Print();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Classifies the texts with the library, and ends.</summary>
    public static void Step(BenchmarkArguments arguments)
    {
        using var runtime = SlmRuntime.Open(arguments.Required("bundle"), new RuntimeOptions
        {
            CacheDirectory = arguments.Required("cache"), Threads = arguments.Threads, ContextLength = arguments.Integer("context", 2048),
        });
        string[] texts = [.. File.ReadLines(arguments.Required("texts")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)];
        runtime.Classifier.ClassifyAsync(texts).GetAwaiter().GetResult();
    }

    private static void Measure(MarkdownTable table, string engine, TemporaryBundle bundle, BenchmarkArguments arguments, string texts, int context)
    {
        // What the runtime says that it will take, of which only the workspace is an estimate; ONNX Runtime's packed weights are not counted as weights here.
        var (weights, keyValues) = Sizes(bundle, arguments, context);
        var threads = arguments.Threads.ToString(CultureInfo.InvariantCulture);
        var cells = context.ToString(CultureInfo.InvariantCulture);
        List<(string Name, string Program, string[] Line)> processes =
        [
            ("library on .NET", Environment.ProcessPath!, [StepCommand, "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", threads, "--context", cells, "--texts", texts]),
        ];
        if (arguments.Text("slm-edge") is { } program)
        {
            processes.Insert(0, ("slm-edge classify", program,
                ["classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", threads, "--context", cells, "--input", texts, "--output", Path.ChangeExtension(texts, ".out")]));
        }

        foreach (var (name, path, line) in processes)
        {
            // Once for the cache, in which the bundle's files are unpacked: reading a packed file leaves its pages resident too.
            ResidentSize.Of(path, line);
            var sizes = Enumerable.Range(0, arguments.Integer("repetitions", 3)).Select(_ => ResidentSize.Of(path, line)).OrderBy(size => size.Peak).ToArray();
            var size = sizes[sizes.Length / 2];
            table.Add(
                engine, name, Megabytes(weights), Megabytes(keyValues), Megabytes(weights + keyValues + Overhead), Megabytes(size.Peak), Megabytes(size.Anonymous), Megabytes(size.File),
                Megabytes(size.Peak - weights - keyValues));
        }
    }

    private static (long Weights, long KeyValues) Sizes(TemporaryBundle bundle, BenchmarkArguments arguments, int context)
    {
        using var runtime = SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, Threads = arguments.Threads, ContextLength = context });
        var estimate = runtime.Memory;
        return (bundle.WeightBytes ?? estimate.Weights, estimate.KeyValues);
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";
}
